/** Deduplication of what compilers write: the kernel's BTF and that of several objects. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Btf, concatBtf, dedupBtf, dumpC, encodeBtf, parseBtf } from '../../../../src/btf/index.ts'
import { parseElf } from '../../../../src/elf/index.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { thisKernelsBtf } from '../../../support/this-kernel.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('deduplicating the btf of objects', [needs.structOps, needs.clang])

const root = join(import.meta.dirname, '../../../..')

async function objects(): Promise<Btf[]> {
  const files = globSync('src/cc-examples/*.bpf.o', { cwd: root }).map((file) => join(root, file))
  for (const source of globSync('test/fixtures/bpf/*.bpf.c', { cwd: root })) {
    const name = basename(source, '.bpf.c')
    if (name !== 'broken') files.push(await compileFixture(name))
  }
  return files.map((file) => parseBtf(parseElf(readFileSync(file), file).section('.BTF')?.data ?? new Uint8Array(), { file }))
}

/**
 * What each type with a name is in C, with all that it needs. What is declared ahead comes in any order: where one
 * object declares a struct that another one defines, that order is another.
 */
function texts(btf: Btf): string[] {
  const found: string[] = []
  for (let id = 1; id < btf.endId; id += 1) {
    const kind = btf.kind(id)
    const isType = kind === 'struct' || kind === 'union' || kind === 'typedef' || kind === 'enum' || kind === 'enum64'
    if (isType && btf.name(id) !== '') found.push(dumpC(btf, [id]).split('\n\n').toSorted().join('\n'))
  }
  return found
}

test('has every type of the objects', async () => {
  const all = await objects()
  assert.ok(all.length > 10)
  const { btf, ids } = dedupBtf(concatBtf(all))
  const parts = new Set(all.flatMap(texts))
  const whole = texts(btf)
  assert.equal(whole.filter((text) => !parts.has(text)), [])
  const there = new Set(whole)
  assert.equal([...parts].filter((text) => !there.has(text)), [])
  const before = all.reduce((sum, { endId }) => sum + endId - 1, 0)
  assert.ok(btf.endId < before / 2, `${btf.endId - 1} types of ${before}`)
  assert.is(ids.length, before + 1)
})

test('changes nothing the second time, and its C compiles', async () => {
  using directory = temporaryDirectory()
  const { btf } = dedupBtf(concatBtf(await objects()))
  assert.equal(encodeBtf(dedupBtf(btf).btf), encodeBtf(btf))
  const file = join(directory.path, 'all.c')
  writeFileSync(file, dumpC(btf))
  await execa('clang-19', ['--target=bpf', '-std=gnu11', '-Wall', '-Werror', '-fsyntax-only', file])
})

test('serves an object as its own BTF does', async () => {
  for (const btf of await objects()) {
    const once = dedupBtf(btf).btf
    assert.is(dumpC(once), dumpC(btf))
  }
})

test("leaves this kernel's BTF as pahole made it, and finds two copies of it to be one", () => {
  const kernel = thisKernelsBtf()
  const once = dedupBtf(kernel)
  assert.is(once.btf.endId, kernel.endId)
  assert.ok(once.ids.every((id, old) => id === old))
  assert.is(dumpC(once.btf), dumpC(kernel))
  const twice = dedupBtf(concatBtf([kernel, kernel])).btf
  let alone = 0
  for (let id = 1; id < kernel.endId; id += 1) if (['var', 'datasec'].includes(kernel.kind(id))) alone += 1
  assert.is(twice.endId, kernel.endId + alone)
  assert.is(dumpC(twice), dumpC(kernel))
  const read = parseBtf(encodeBtf(once.btf), { file: 'again' })
  assert.is(read.endId, kernel.endId)
})

test.run()
