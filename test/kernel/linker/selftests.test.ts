import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { linkObjects } from '../../../src/linker/index.ts'
import { attach, type BpfObject, load, type LoadedObject, openObject, setVariable } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { buildSelftests } from '../../support/selftests.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { differencesOf } from '../support/differences.ts'
import { LibbpfProcess } from '../support/libbpf-process.ts'
import { loadTwice } from '../support/loaded-twice.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { withoutTypes } from '../support/without-types.ts'

const test = suite("the kernel's own tests of linking", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

/** What the kernel's Makefile links, by the name of the test. */
const linkedTests: Readonly<Record<string, readonly string[]>> = {
  linked_funcs: ['linked_funcs1', 'linked_funcs2'],
  linked_vars: ['linked_vars1', 'linked_vars2'],
  linked_maps: ['linked_maps1', 'linked_maps2'],
  linked_list: ['linked_list'],
  test_static_linked: ['test_static_linked1', 'test_static_linked2'],
  test_subskeleton: ['test_subskeleton_lib2', 'test_subskeleton_lib', 'test_subskeleton'],
  test_usdt: ['test_usdt', 'test_usdt_multispec'],
}

let files: ReadonlyMap<string, string>

test.before(async () => {
  const { objects } = await buildSelftests()
  files = new Map(objects.map((file) => [basename(file, '.bpf.o'), file]))
})

function linked(name: string): Uint8Array {
  const parts = (linkedTests[name] ?? []).map((part) => files.get(part) ?? `${part} was not compiled`)
  return linkObjects(parts.map((file) => ({ file, bytes: readFileSync(file) }))).bytes
}

test('libbpf and ccdk load what is linked, and the kernel has the same of both', async () => {
  using directory = temporaryDirectory()
  await using bpffs = await mountBpffs()
  using libbpf = new LibbpfProcess({ limitMs: 300_000 })
  using target = new LinuxTarget()
  for (const name of Object.keys(linkedTests)) {
    const file = join(directory.path, `${name}.bpf.o`)
    writeFileSync(file, linked(name))
    const { libbpf: theirs, ccdk: ours, refusal } = await loadTwice(file, { libbpf, target, bpffs: bpffs.path })
    assert.is(refusal, '', name)
    assert.ok(theirs !== null && ours !== null, name)
    assert.equal(differencesOf(ours, theirs), [], name)
  }
})

/** Left out of what follows, by name and with the reason. */
const leftOut: ReadonlyMap<string, string> = new Map([
  ['loop3', 'the verifier walks a million instructions each time'],
  ['verifier_loops1', 'likewise'],
])

/** Programs that hold the number which a type has in their own object, and equal types have one number when linked. */
const numberTypes: ReadonlySet<string> = new Set(['linked_list', 'local_kptr_stash', 'refcounted_kptr'])
const isOfNumber = (difference: string) => /: (?:tag is|instructions: \[\d+\] is load \d+ [\da-f]+ and not load)/v.test(difference)

test('every object that is linked alone is the same to both loaders as it was', async () => {
  using directory = temporaryDirectory()
  await using bpffs = await mountBpffs()
  using libbpf = new LibbpfProcess({ limitMs: 300_000 })
  using target = new LinuxTarget()
  const settings = { libbpf, target, bpffs: bpffs.path }
  const lines: string[] = []
  let loaded = 0
  for (const [name, file] of files) {
    if (leftOut.has(name)) continue
    const alone = join(directory.path, basename(file))
    writeFileSync(alone, linkObjects([{ file, bytes: readFileSync(file) }]).bytes)
    const [before, after] = [await loadTwice(file, settings), await loadTwice(alone, settings)]
    for (const loader of ['libbpf', 'ccdk'] as const) {
      const [expected, found] = [before[loader], after[loader]]
      if (expected === null || found === null) {
        if (expected !== found) lines.push(`${name}: ${loader} loads only one of them: ${before.refusal} ${after.refusal}`)
        continue
      }
      loaded += 1
      const differences = differencesOf(withoutTypes(found), withoutTypes(expected))
      lines.push(...differences.filter((line) => !(numberTypes.has(name) && isOfNumber(line))).map((line) => `${name}: ${line}`))
    }
  }
  console.log(`${files.size} objects linked, ${loaded} loaded`)
  assert.equal(lines, [])
  assert.ok(loaded > 800)
})

/** Loads a linked object, attaches all its programs, makes a system call, and looks at its variables. */
async function run(name: string, change: (object: BpfObject) => void, look: (loaded: LoadedObject) => void): Promise<void> {
  await leavesNothing((target) => {
    const object = openObject(linked(name), `${name}.bpf.o`)
    change(object)
    using loaded = load(object, target)
    using links = new DisposableStack()
    for (const program of loaded.programs.keys()) links.use(attach(loaded, program))
    process.getuid?.()
    // A second one, for what one program wrote at the first.
    process.getuid?.()
    look(loaded)
  })
}

const numbers = (loaded: LoadedObject, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, Number(loaded.variable(name).get())]))

// ABI: of x86-64, asm/unistd_64.h.
const SYS_getuid = 102

/* The expected values are those of tools/testing/selftests/bpf/prog_tests of that name. */

test('linked_funcs: functions of the other object, static ones of one name, weak and hidden ones', async () => {
  const set = (object: BpfObject): void => {
    for (const program of object.programs) program.autoload = true
    setVariable(object, 'my_tid', process.pid)
    setVariable(object, 'syscall_id', BigInt(SYS_getuid))
  }
  await run('linked_funcs', set, (loaded) => {
    const names = ['output_val1', 'output_ctx1', 'output_weak1', 'output_val2', 'output_ctx2', 'output_weak2']
    assert.equal(numbers(loaded, names), {
      output_val1: 2000 + 2000,
      output_ctx1: SYS_getuid,
      output_weak1: 42,
      output_val2: 2 * 1000 + 2 * (2 * 1000),
      output_ctx2: SYS_getuid,
      // The weak function of the second object is never called.
      output_weak2: 0,
    })
  })
})

test('linked_vars: variables of the other object, in all data sections', async () => {
  const set = (object: BpfObject): void => {
    setVariable(object, 'input_bss1', 1000)
    setVariable(object, 'input_bss2', 2000)
    setVariable(object, 'input_bss_weak', 3000)
  }
  await run('linked_vars', set, (loaded) => {
    const names = ['output_bss1', 'output_bss2', 'output_data1', 'output_data2', 'output_rodata1', 'output_rodata2']
    assert.equal(numbers(loaded, names), {
      output_bss1: 6000,
      output_bss2: 6000,
      output_data1: 1 + 2 + 10,
      output_data2: 1 + 2 + 10,
      output_rodata1: 11 + 22 + 100,
      output_rodata2: 11 + 22 + 100,
    })
  })
})

test('linked_maps: maps of the other object', async () => {
  await run('linked_maps', () => {}, (loaded) => {
    const names = ['output_first1', 'output_second1', 'output_weak1', 'output_first2', 'output_second2', 'output_weak2']
    assert.equal(numbers(loaded, names), {
      output_first1: 2000,
      output_second1: 2,
      output_weak1: 2,
      output_first2: 1000,
      output_second2: 1,
      output_weak2: 1,
    })
  })
})

test('test_static_linked: static variables and functions of one name, sections of other alignment', async () => {
  const set = (object: BpfObject): void => {
    setVariable(object, 'rovar1', 1)
    setVariable(object, 'rovar2', 4n)
  }
  await run('test_static_linked', set, (loaded) => {
    assert.equal(numbers(loaded, ['var1', 'var2']), { var1: 1 * 2 + 2 + 3, var2: 4 * 3 + 5 + 6 })
  })
})

test.run()
