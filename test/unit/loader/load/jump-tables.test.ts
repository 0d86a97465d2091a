import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SHF, STB, STT } from '../../../../src/elf/index.ts'
import { SyscallError, UnsupportedKernelError } from '../../../../src/errors/index.ts'
import { type BpfObject, load, MAP_TYPE, openObject, RecordingTarget } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { functions, type Insn, OP, writeObject } from '../../../support/object-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('programs that jump by tables')

const exit: Insn = [OP.EXIT]
/** `r1 = table; goto *r1`, as a compiler writes a `switch`; the table's place is added up before. */
const jump: Insn[] = [[OP.LD_IMM64, 1], [0], [0x0d, 1]]

/** Two programs and a function in one section each: two tables, one of which both programs have in their function. */
function open(): BpfObject {
  const { sections, symbols } = functions([
    { name: 'before', section: 'xdp', insns: [exit] },
    {
      name: 'first',
      section: 'xdp',
      insns: [[OP.CALL, 0, 1, 0, -1], ...jump, ...jump, exit, exit],
      relocations: [{ at: 0, symbol: 'shared', type: 10 }, { at: 1, symbol: 'own' }, { at: 4, symbol: 'own' }],
    },
    { name: 'shared', section: '.text', insns: [...jump, exit, exit], relocations: [{ at: 0, symbol: 'theirs' }] },
  ])
  // In bytes from the start of the code's section: of "first", which stands after one instruction, and of "shared".
  const data = new Uint8Array(BigUint64Array.of(8n * 8n, 9n * 8n, 3n * 8n, 4n * 8n, 3n * 8n).buffer)
  const table = (name: string, value: number, size: number) => ({ name, section: '.jumptables', value, size, type: STT.OBJECT, binding: STB.LOCAL })
  const tables = { sections: [{ name: '.jumptables', flags: SHF.ALLOC, data }], symbols: [table('own', 0, 16), table('theirs', 16, 24)] }
  const object = openObject(writeObject(new BtfWriter(), { sections, symbols }, tables), 'cc.bpf.o')
  for (const program of object.programs) program.autoload = program.name === 'first'
  return object
}

const numbers = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)

test('each table becomes a frozen map of the places in the whole program, which the loads name', () => {
  const target = new RecordingTarget(kernelOf(new BtfWriter().parse()))
  using loaded = load(open(), target)
  assert.ok(loaded.programs.has('first'))
  const created = target.calls.flatMap((call) => (call.method === 'createMap' ? [{ map: call.args[0], number: call.made?.serial }] : []))
  const shapes = created.map(({ map: { type, keySize, valueSize, maxEntries } }) => [type, keySize, valueSize, maxEntries])
  assert.equal(shapes, [[MAP_TYPE.INSN_ARRAY, 4, 16, 2], [MAP_TYPE.INSN_ARRAY, 4, 16, 3]])
  const written = target.calls.flatMap((call) => (call.method === 'update' ? [call.args.slice(1, 3)] : []))
  const places = written.map((bytes) => bytes.map((part) => (part instanceof Uint8Array ? numbers(part) : part)))
  // "shared" stands after the nine instructions of "first".
  assert.equal(places, [[0, 7], [1, 8], [0, 12], [1, 13], [2, 12]])
  assert.is(target.calls.filter(({ method }) => method === 'freeze').length, 2)
  const [instructions] = target.calls.flatMap((call) => (call.method === 'loadProgram' ? [call.args[0].instructions] : []))
  assert.ok(instructions)
  const view = new DataView(instructions.buffer, instructions.byteOffset)
  const loads = [1, 4, 9].map((at) => [view.getUint8(at * 8 + 1), view.getInt32(at * 8 + 4, true), view.getInt32(at * 8 + 12, true)])
  const [own, theirs] = created.map(({ number }) => number)
  assert.equal(loads, [[0x21, own, 0], [0x21, own, 0], [0x21, theirs, 0]])
  // The program holds its tables.
  assert.not.ok(target.open.some((what) => what.includes('.jumptables')))
})

test('whichever call fails, no table stays open', () => {
  for (const method of ['createMap', 'update', 'freeze', 'loadProgram'] as const) {
    const target = new RecordingTarget(kernelOf(new BtfWriter().parse()), { failures: [{ method, error: 'ENOMEM' }] })
    assert.throws(() => load(open(), target), (error: unknown) => error instanceof SyscallError && error.errno === 'ENOMEM')
    assert.equal(target.open, [])
  }
})

test('the tables are made by the token that the program is loaded with', () => {
  const target = new RecordingTarget(kernelOf(new BtfWriter().parse()))
  using _ = load(open(), target, { token: '/token' })
  const tokens = target.calls.flatMap((call) => (call.method === 'createMap' || call.method === 'loadProgram' ? [call.args[0].token] : []))
  assert.is(tokens.length, 3)
  assert.ok(tokens.every((token) => token !== undefined))
})

test('a kernel that is too old for them is named, and how to compile without', () => {
  const types = new BtfWriter()
  types.enum('bpf_map_type', { BPF_MAP_TYPE_ARENA: 33, __MAX_BPF_MAP_TYPE: 34 })
  const target = new RecordingTarget(kernelOf(types.parse()), { failures: [{ method: 'createMap', error: 'EINVAL' }] })
  assert.throws(
    () => load(open(), target),
    (error: unknown) =>
      error instanceof UnsupportedKernelError &&
      error.message === 'this kernel has no maps of type BPF_MAP_TYPE_INSN_ARRAY: it needs Linux 6.19 or later' &&
      error.hint === 'compile with -fno-jump-tables',
  )
})

test.run()
