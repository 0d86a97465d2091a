import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, sizeOf } from '../../../src/btf/index.ts'
import { UnsupportedKernelError } from '../../../src/errors/index.ts'
import { MAP_FLAG, MAP_TYPE, type MapInfo, type ProgramInfo } from '../../../src/loader/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'

const test = suite('the listing of struct_ops maps')

const states = { INIT: 0, INUSE: 1, TOBEFREE: 2, READY: 3 }

/** The part of a kernel's types that its struct_ops needs. `common` is how kernels from 6.9 on have it. */
function kernelTypes(writer: BtfWriter): { common: number; refcount: number; state: number } {
  const int = writer.int('int', 4, { signed: true })
  const atomic = writer.struct('', [['counter', int]])
  const refcount = writer.struct('refcount_struct', [['refs', atomic]])
  const named = Object.entries(states).map(([name, value]) => [`BPF_STRUCT_OPS_STATE_${name}`, value])
  const state = writer.enum('bpf_struct_ops_state', Object.fromEntries(named))
  const members = [
    ['refcnt', refcount],
    ['state', state],
  ] as const
  return { common: writer.struct('bpf_struct_ops_common_value', members), refcount, state }
}

/** `struct NAME { void (*run)(void); char name[16]; }`, and its value struct with what stands before it. */
function writeStruct(writer: BtfWriter, name: string, before: readonly (readonly [string, number])[]): number {
  const char = writer.int('char', 1)
  const run = writer.ptr(writer.proto(0))
  const data = writer.struct(name, [
    ['run', run],
    ['name', writer.array(char, 16)],
  ])
  // The writer does not know how large the types of a base are.
  return writer.struct(`bpf_struct_ops_${name}`, [...before, ['data', data, { bit: 64 }]], 32)
}

type LinkShown = { kind?: 'struct_ops'; mapId: number } | { kind: 'sockmap'; mapId: number; attachType: number }

interface Existing {
  map: Partial<MapInfo> & { kernelValueType: number; value: Uint8Array | undefined }
  links?: readonly LinkShown[]
}

/** A target that has one struct_ops map, number 7, and program 9. */
function targetOf(
  kernel: Btf,
  modules: readonly Btf[],
  { map, links = [] }: Existing,
): Parameters<typeof listStructOps>[0] {
  const handle = (number: number) => ({ number, [Symbol.dispose]: () => {} })
  const { value, ...facts } = map
  const shape = {
    id: 7,
    name: 'ops',
    type: MAP_TYPE.STRUCT_OPS,
    keySize: 4,
    valueSize: value?.length ?? 0,
    maxEntries: 1,
  }
  return {
    kernelBtf: () => kernel,
    moduleBtfs: () => modules.map((btf) => ({ name: btf.file, btf, handle: () => handle(3) })),
    lookup: () => value,
    objects: {
      ids: (kind) => ({ map: [7], program: [9], link: links.map((_, index) => index), btf: [] })[kind],
      map: handle,
      program: (id) => (id === 9 ? handle(id) : undefined),
      link: handle,
      btf: () => undefined,
      btfInfo: () => fail('nobody asks about types'),
      btfBytes: () => fail('nobody asks for types'),
      mapInfo: () => ({ ...shape, flags: 0, mapExtra: 0n, btfId: 0, keyType: 0, valueType: 0, kernelValueBtf: 1, ...facts }),
      programInfo: () => runIt,
      linkInfo: ({ number }) => ({ id: number, type: 0, programId: 0, kind: 'struct_ops', ...(links[number] ?? { mapId: 0 }) }),
      programTypes: () => undefined,
    },
  }
}

const runIt: ProgramInfo = {
  id: 9,
  name: 'run_it',
  type: 27,
  tag: '',
  mapIds: [],
  btfId: 0,
  loadTimeNs: 0n,
  ownerUid: 0,
  xlatedSize: 0,
  jitedSize: 0,
  verifiedInstructions: 0,
  runTimeNs: 5n,
  runCount: 6n,
  recursionMisses: 0n,
}

const fail = (why: string): never => {
  throw new Error(why)
}

/** A value with what the kernel writes into it: count and state, program 9, and the name. */
function valueOf(
  btf: Btf,
  type: number,
  at: { refcnt: number; state: number; data: number },
  state: number,
): Uint8Array {
  const value = new Uint8Array(sizeOf(btf, type))
  const view = new DataView(value.buffer)
  view.setInt32(at.refcnt, 4, true)
  view.setUint32(at.state, state, true)
  view.setBigUint64(at.data, 9n, true)
  value.set(Buffer.from('short'), at.data + 8)
  return value
}

const newLayout = { refcnt: 0, state: 4, data: 8 }

test('a struct that a module brings is read by the types of that module', () => {
  const writer = new BtfWriter()
  const { common } = kernelTypes(writer)
  const kernel = writer.parse('vmlinux')
  const other = new BtfWriter({ base: kernel })
  for (let count = 0; count < 20; count += 1) other.int(`other${count}`, 4)
  const writing = new BtfWriter({ base: kernel })
  const valueType = writeStruct(writing, 'module_ops', [['common', common]])
  const module = writing.parse('module', kernel)
  const value = valueOf(module, valueType, newLayout, states.INUSE)
  const [entry, ...more] = listStructOps(
    targetOf(kernel, [other.parse('other', kernel), module], { map: { kernelValueType: valueType, value } }),
  )
  assert.equal(more, [])
  assert.is(entry?.struct, 'module_ops')
  assert.is(entry?.name, 'short')
  assert.is(entry?.state, 'inuse')
  assert.is(entry?.refcnt, 4)
  assert.equal(
    entry?.members.map(({ member, program, programId }) => [member, program, programId]),
    [['run', 'run_it', 9]],
  )
})

test('a module whose types are not there is said to be missing', () => {
  const writer = new BtfWriter()
  kernelTypes(writer)
  const kernel = writer.parse('vmlinux')
  const target = targetOf(kernel, [], { map: { kernelValueType: kernel.endId + 5, value: new Uint8Array(40) } })
  assert.throws(
    () => listStructOps(target),
    (error: unknown) => error instanceof UnsupportedKernelError,
  )
  // Who wants the others all the same is told which one it is.
  const failed: string[] = []
  const rest = listStructOps(target, undefined, (id, { name }) => void failed.push(`${id} ${name}`))
  assert.equal([rest, failed], [[], ['7 UnsupportedKernelError']])
})

test('kernels before 6.9 have count and state in the value struct itself', () => {
  const writer = new BtfWriter()
  const { refcount, state } = kernelTypes(writer)
  // In that order, and not in the one of later kernels, to see that names decide.
  const valueType = writeStruct(writer, 'tcp_congestion_ops', [
    ['state', state],
    ['refcnt', refcount],
  ])
  const kernel = writer.parse('vmlinux')
  for (const [name, number] of Object.entries(states)) {
    const value = valueOf(kernel, valueType, { state: 0, refcnt: 4, data: 8 }, number)
    const [entry] = listStructOps(targetOf(kernel, [], { map: { kernelValueType: valueType, value } }))
    assert.is(entry?.state, name.toLowerCase())
    assert.is(entry?.refcnt, 4)
    assert.is(entry?.registered, name === 'INUSE')
    assert.is(entry?.name, name === 'INIT' ? null : 'short')
  }
})

test('a map for links is registered when a struct_ops link has it', () => {
  const writer = new BtfWriter()
  const { common } = kernelTypes(writer)
  const valueType = writeStruct(writer, 'tcp_congestion_ops', [['common', common]])
  const kernel = writer.parse('vmlinux')
  const value = valueOf(kernel, valueType, newLayout, states.READY)
  const map = { kernelValueType: valueType, value, flags: MAP_FLAG.LINK }
  const registeredBy = (...links: LinkShown[]) => {
    const [entry] = listStructOps(targetOf(kernel, [], { map, links }))
    return { registered: entry?.registered, links: entry?.links, byLink: entry?.byLink }
  }
  assert.equal(registeredBy(), { registered: false, links: [], byLink: true })
  assert.equal(registeredBy({ mapId: 8 }, { mapId: 7 }), { registered: true, links: [1], byLink: true })
  assert.equal(registeredBy({ kind: 'sockmap', mapId: 7, attachType: 7 }, { mapId: 0 }), { registered: false, links: [], byLink: true })
})

test('a state that this program does not know is an error that says so', () => {
  const writer = new BtfWriter()
  const { common } = kernelTypes(writer)
  const valueType = writeStruct(writer, 'tcp_congestion_ops', [['common', common]])
  const kernel = writer.parse('vmlinux')
  const value = valueOf(kernel, valueType, newLayout, 9)
  assert.throws(
    () => listStructOps(targetOf(kernel, [], { map: { kernelValueType: valueType, value } })),
    (error: unknown) => error instanceof UnsupportedKernelError && /state 9/.test(error.message),
  )
})

test.run()
