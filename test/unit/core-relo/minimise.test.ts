import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Btf, essentialName, parseBtf, rawText } from '../../../src/btf/index.ts'
import { CORE, CoreResolver, type CoreRelocation, minimise } from '../../../src/core-relo/index.ts'
import { type CcdkError, collect } from '../../../src/errors/index.ts'
import { type BpfObject, openObject } from '../../../src/loader/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { compileFixture } from '../../support/compile.ts'
import type { Types } from '../../support/core-sides.ts'
import { needs, suite } from '../../support/needs.ts'
import { objectError } from '../../support/refusals.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('minimised btf', [needs.structOps, needs.clang, needs.bpftool])

const root = join(import.meta.dirname, '../../..')
const examples = globSync('src/cc-examples/*.bpf.o', { cwd: root }).map((file) => join(root, file))
const sources = globSync('test/fixtures/bpf/*.bpf.c', { cwd: root }).map((file) => basename(file, '.bpf.c'))

/** One fixture is not to compile, and some are whole only when they are linked. */
async function fixtures(): Promise<string[]> {
  const files: string[] = []
  for (const name of sources) if (name !== 'broken' && !name.startsWith('linked_')) files.push(await compileFixture(name))
  return files
}

const relocationsOf = ({ functions }: BpfObject) => functions.flatMap((code) => code.coreRelocations)

/** What becomes of each instruction; of a relocation that is refused, why. */
function answers(object: BpfObject, kernel: Btf): unknown[] {
  const resolver = new CoreResolver(object.btf, { kernel, modules: () => [] })
  return relocationsOf(object).map((relocation) => {
    const problems: CcdkError[] = []
    const resolution = collect(problems, () => resolver.resolve(relocation))
    if (problems.length > 0) return problems.map(({ message }) => message.replaceAll(/\(ids .*\)/g, ''))
    // The one thing that cannot be the same.
    // Ids are other ones there.
    return relocation.kind === CORE.TYPE_ID_TARGET ? resolution?.value !== null : { ...resolution, source: null }
  })
}

test('CO-RE comes to the same as with all types, for every example and fixture', async () => {
  const kernel = thisKernelsBtf()
  let count = 0
  for (const file of [...examples, ...(await fixtures())]) {
    const object = openObject(readFileSync(file), file)
    const subset = minimise(kernel, [{ btf: object.btf, relocations: relocationsOf(object) }])
    const small = parseBtf(subset.encode(), { file: 'min.btf' })
    assert.is(small.endId - 1, subset.size)
    assert.equal(answers(object, small), answers(object, kernel), file)
    count += relocationsOf(object).length
  }
  assert.ok(count > 100, `${count} relocations`)
})

test('serves several objects', async () => {
  const kernel = thisKernelsBtf()
  const objects = [...examples, await compileFixture('core')].map((file) => openObject(readFileSync(file), file))
  const subset = minimise(kernel, objects.map((object) => ({ btf: object.btf, relocations: relocationsOf(object) })))
  const small = parseBtf(subset.encode(), { file: 'min.btf' })
  for (const object of objects) assert.equal(answers(object, small), answers(object, kernel), object.file)
  assert.ok(subset.size < 150, `${subset.size} types`)
})

const wholeTypes = new Set<number>([CORE.TYPE_EXISTS, CORE.TYPE_SIZE, CORE.TYPE_MATCHES, CORE.TYPE_ID_TARGET])

/** A type by name and members, without the ids, which depend on what else there is. */
const shape = (btf: Btf, id: number): string => rawText(btf, id).replace(/^\[\d+\] /, '').replaceAll(/ type_id=\d+| bits_offset=\d+/g, '').replaceAll('\n\t', ' ')
const shapes = (btf: Btf): string[] => Array.from({ length: btf.endId - 1 }, (_, index) => shape(btf, index + 1)).toSorted()

test('keeps the types and members that bpftool 7.1 keeps', async () => {
  using directory = temporaryDirectory()
  for (const file of [...examples, ...(await fixtures())]) {
    const output = join(directory.path, `${basename(file)}.btf`)
    await execa('bpftool', ['gen', 'min_core_btf', '/sys/kernel/btf/vmlinux', output, file])
    const object = openObject(readFileSync(file), file)
    const user = { btf: object.btf, relocations: relocationsOf(object) }
    const ours = shapes(parseBtf(minimise(thisKernelsBtf(), [user]).encode(), { file: 'ours' }))
    const theirs = shapes(parseBtf(readFileSync(output), { file: 'theirs' }))
    // Where a program asks for a whole struct, such as its size, bpftool keeps all members with their types; CO-RE looks
    // at none.
    const asked = user.relocations.flatMap(({ kind, type }) =>
      wholeTypes.has(kind) ? [essentialName(object.btf.name(object.btf.resolve(type)))] : [],
    )
    const isAsked = (text: string) => asked.some((name) => text.includes(`STRUCT '${name}'`))
    const onlyOurs = ours.filter((text) => !theirs.includes(text))
    assert.equal(onlyOurs.filter((text) => !isAsked(text)), [], file)
    if (asked.length === 0) assert.equal(ours, theirs, file)
    else assert.ok(ours.length <= theirs.length, file)
  }
})

/** What is kept of one side's types for one relocation that begins at the other side's. */
function kept(local: Types, kernel: Types, relocation: Pick<CoreRelocation, 'kind'> & { access?: string }): string[] {
  const writers = { local: new BtfWriter(), kernel: new BtfWriter() }
  const type = local(writers.local)
  kernel(writers.kernel)
  const user = { btf: writers.local.parse('cc.bpf.o'), relocations: [{ offset: 0, type, access: '0', ...relocation }] }
  const small = parseBtf(minimise(writers.kernel.parse('kernel'), [user]).encode(), { file: 'min.btf' })
  return Array.from({ length: small.endId - 1 }, (_, index) => rawText(small, index + 1).replaceAll('\n\t', ' '))
}

const local: Types = (writer) => {
  const int = writer.int('int', 4, { signed: true })
  return writer.struct('s', [['in', int], ['p', writer.ptr(writer.struct('far', [['z', int]]))]])
}
const kernel: Types = (writer) => {
  const int = writer.int('int', 4, { signed: true })
  const far = writer.struct('far', [['y', int], ['z', int]])
  const anonymous = writer.union('', [['other', int], ['in', int]])
  return writer.struct('s', [['first', int], ['', anonymous], ['p', writer.ptr(far)]])
}

test('keeps of a struct the member that is read, and the anonymous one around it', () => {
  assert.equal(kept(local, kernel, { kind: CORE.FIELD_BYTE_OFFSET, access: '0:0' }), [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    "[2] UNION '(anon)' size=4 vlen=1 'in' type_id=1 bits_offset=0",
    "[3] STRUCT 's' size=16 vlen=1 '(anon)' type_id=2 bits_offset=32",
  ])
})

test('keeps of a pointer that it is one', () => {
  assert.equal(kept(local, kernel, { kind: CORE.FIELD_EXISTS, access: '0:1' }), [
    "[1] PTR '(anon)' type_id=0",
    "[2] STRUCT 's' size=16 vlen=1 'p' type_id=1 bits_offset=64",
  ])
})

test('keeps of a type that has to exist its size, and nothing of one that does not', () => {
  assert.equal(kept(local, kernel, { kind: CORE.TYPE_SIZE }), ["[1] STRUCT 's' size=16 vlen=0"])
  assert.equal(kept(local, (writer) => writer.struct('t', []), { kind: CORE.TYPE_EXISTS }), [])
  assert.equal(kept(local, kernel, { kind: CORE.TYPE_ID_LOCAL }), [])
})

test('keeps what is compared when a type has to match', () => {
  const both: Types = (writer) => {
    const int = writer.int('int', 4, { signed: true })
    return writer.struct('s', [['a', int], ['p', writer.ptr(writer.struct('far', [['z', int]]))]])
  }
  const more: Types = (writer) => {
    const int = writer.int('int', 4, { signed: true })
    return writer.struct('s', [['a', int], ['b', writer.float('double', 8)], ['p', writer.ptr(writer.struct('far', [['z', int]]))]])
  }
  assert.equal(kept(both, more, { kind: CORE.TYPE_MATCHES }), [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    "[2] STRUCT 'far' size=4 vlen=0",
    "[3] PTR '(anon)' type_id=2",
    "[4] STRUCT 's' size=24 vlen=2 'a' type_id=1 bits_offset=0 'p' type_id=3 bits_offset=128",
  ])
})

test('refuses a relocation that makes no sense', () => {
  assert.match(objectError(() => kept(local, kernel, { kind: 99 })).message, 'kind 0 to 12')
  assert.match(objectError(() => kept(local, kernel, { kind: CORE.FIELD_EXISTS, access: '0:9' })).message, 'one of the 2 members')
})

test.run()
