// gate: timeout 1800s
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { selftest } from '../../support/selftests.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite("the kernel's own tests of arenas", [needs.root, needs.structOps, needs.clang, needs.bpftool, needs.libbpf, needs.kernelSource])

async function withTest(name: string, action: (loaded: LoadedObject, run: (program: string) => number) => void): Promise<void> {
  const file = await selftest(name)
  const bytes = await readFile(file)
  await leavesNothing((target: LinuxTarget) => {
    using loaded = load(openObject(bytes, basename(file)), target)
    action(loaded, (program) => {
      const found = loaded.programs.get(program)
      assert.ok(found, program)
      return target.testRun(found.handle, {}).returned
    })
  })
}

/** Reads what a pointer of the program's points to. */
function reader(loaded: LoadedObject): (pointer: bigint) => DataView {
  const memory = loaded.maps.get('arena')?.arena?.memory
  assert.ok(memory)
  return (pointer) => {
    const { bytes, address } = memory
    return new DataView(bytes.buffer, bytes.byteOffset + Number(pointer - address))
  }
}

const value = (loaded: LoadedObject, name: string) => loaded.variable<bigint | number>(name).get()

for (const count of [1, 1000]) {
  test(`a list of ${count}: made by a program, walked here, emptied by a program`, async () => {
    await withTest('arena_list', (loaded, run) => {
      const sum = (count * (count - 1)) / 2
      const at = reader(loaded)
      // ABI: the test's own struct elem: next, pprev, value.
      const walk = (): number => {
        let total = 0
        for (let node = at(loaded.variable<bigint>('list_head').get()).getBigUint64(0, true); node !== 0n; ) {
          total += Number(at(node).getBigUint64(16, true))
          node = at(node).getBigUint64(0, true)
        }
        return total
      }
      assert.is(Number(value(loaded, 'test_val')), 1)
      loaded.variable('cnt').set(count)
      assert.is(run('arena_list_add'), 0)
      assert.is(value(loaded, 'skip'), false)
      assert.is(walk(), sum)
      assert.is(Number(value(loaded, 'arena_sum')), sum)
      assert.is(Number(value(loaded, 'test_val')), count + 1)
      assert.is(run('arena_list_del'), 0)
      assert.is(walk(), 0)
      assert.is(Number(value(loaded, 'list_sum')), sum)
    })
  })
}

for (const name of ['arena_htab', 'arena_htab_asm']) {
  test(`${name}: a hash table whose elements are found by their pointers`, async () => {
    await withTest(name, (loaded, run) => {
      assert.is(run(name === 'arena_htab' ? 'arena_htab_llvm' : name), 0)
      const at = reader(loaded)
      // ABI: the test's own struct htab: buckets, n_buckets; struct hashtab_elem: hash, key, value, hash_node at 16.
      const table = at(loaded.variable<bigint>('htab_for_user').get())
      const buckets = table.getUint32(8, true)
      const find = (key: number): number | undefined => {
        const first = at(table.getBigUint64(0, true) + BigInt((key & (buckets - 1)) * 8)).getBigUint64(0, true)
        for (let node = first; node !== 0n; node = at(node).getBigUint64(0, true)) {
          const element = at(node - 16n)
          if (element.getInt32(4, true) === key) return element.getInt32(8, true)
        }
        return undefined
      }
      assert.equal([0, 4, 8, 12].map(find), [0, 4, 8, 12])
    })
  })
}

test('atomic instructions on variables of an arena', async () => {
  await withTest('arena_atomics', (loaded, run) => {
    loaded.variable('pid').set(process.pid)
    for (const program of ['add', 'sub', 'and', 'or', 'xor', 'cmpxchg', 'xchg']) assert.is(run(program), 0, program)
    const found = (...names: string[]) => names.map((name) => Number(value(loaded, name)))
    assert.equal(found('add64_value', 'add64_result', 'add32_value', 'add32_result', 'add_noreturn_value'), [3, 1, 3, 1, 3])
    assert.equal(found('sub64_value', 'sub64_result', 'sub32_value', 'sub32_result', 'sub_noreturn_value'), [-1, 1, -1, 1, -1])
    assert.equal(found('and64_value', 'and32_value', 'or64_value', 'or32_value'), [0x010 * 2 ** 32, 0x010, 0x111 * 2 ** 32, 0x111])
    assert.equal(found('xor64_value', 'xor32_value'), [0x101 * 2 ** 32, 0x101])
    assert.equal(found('cmpxchg64_value', 'cmpxchg64_result_fail', 'cmpxchg64_result_succeed'), [2, 1, 1])
    assert.equal(found('xchg64_value', 'xchg64_result', 'xchg32_value', 'xchg32_result'), [2, 1, 2, 1])
  })
})

test('pages are allocated all over an arena of four gigabytes', async () => {
  await withTest('verifier_arena_large', (loaded, run) => {
    for (const program of loaded.programs.keys()) assert.is(run(program), 0, program)
  })
})

test.run()
