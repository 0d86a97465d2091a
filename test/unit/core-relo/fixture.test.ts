import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { Btf } from '../../../src/btf/index.ts'
import { poisonCall } from '../../../src/core-relo/index.ts'
import { openObject, prepare } from '../../../src/loader/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { kernelOf } from '../../support/this-kernel.ts'

const test = suite('co-re in an object', [needs.clang])

/** A kernel with the types that core.bpf.c asks for, none of them laid out as they are there. */
function kernel(): Btf {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  const u8 = types.int('unsigned char', 1)
  const u16 = types.int('unsigned short', 2)
  const u32 = types.int('unsigned int', 4)
  const u64 = types.int('unsigned long', 8)
  const [s32, s64] = [types.typedef('s32', int), types.int('long', 8, { signed: true })]
  const sample = types.struct('minmax_sample', [['t', u32], ['v', u32]])
  const minmax = types.struct('minmax', [['s', types.array(sample, 3)]])
  types.struct('tcp_sock', [['inet_conn', types.array(u64, 10)], ['snd_cwnd', u32], ['rtt_min', minmax]], 400)
  types.struct('rate_sample', [['prior_mstamp', u64], ['prior_delivered', u32], ['delivered', s32]])
  const ack = types.struct('', [['pending', u8], ['quick', u8]])
  const members = [['pad', u64], ['icsk_ca_state', u8, { bit: 66, bits: 6 }], ['icsk_ack', ack], ['icsk_ca_priv', types.array(u64, 13)]] as const
  types.struct('inet_connection_sock', members)
  const ports = types.struct('', [['skc_dport', u16], ['skc_num', u16]])
  const portpair = types.union('', [['skc_portpair', u32], ['', ports]])
  types.struct('sock_common', [['skc_addrpair', u64], ['', portpair]])
  types.struct('task_struct', [['state', u64], ['pid', s64]])
  types.enum('tcp_ca_state', { TCP_CA_Open: 0, TCP_CA_Recovery: 3, TCP_CA_Loss: 4 })
  types.enum64('perf_callchain_context', { PERF_CONTEXT_HV: -32n }, { signed: true })
  return types.parse('kernel.btf')
}

/** The answers in the order of the relocations of each function; null for an instruction that must not be reached. */
const expected = (localId: bigint, kernelId: bigint): Record<string, (bigint | null)[]> => ({
  fields: [
    1n, // snd_cwnd exists
    80n, // its offset
    4n, // its size
    4n, // its size, seen as another flavour
    1n, // rate_sample.delivered is signed
    0n, // prior_delivered is not
    40n, // icsk_ca_priv[3]
    104n, // rtt_min.s[2].v
    0n, // no_such_field does not exist
    8n, // skc_dport, two anonymous types deep
    10n, // icsk_ack.pending
    8n, // the bitfield: offset,
    1n, // size
    56n, // and shifts
    58n,
    null, // the offset of no_such_field
  ],
  types: [
    localId,
    kernelId,
    1n, // tcp_sock exists
    0n, // ccdk_no_such_struct does not
    1n, // rate_sample matches
    400n, // the size of tcp_sock
    0n, // and of nothing
  ],
  enums: [
    3n, // TCP_CA_Recovery
    0xffff_ffff_ffff_ffe0n, // PERF_CONTEXT_HV
    1n, // TCP_CA_Loss exists
    0n, // TCP_CA_NoSuchState does not
    0n, // nor does a value of ccdk_no_such_enum
  ],
  core_relocations: [8n], // &task->pid
})

/** What an instruction holds: an immediate value of 32 or of 64 bits. */
function held(view: DataView, at: number): bigint | null {
  const code = view.getUint8(at)
  if (code === 0x85) {
    assert.is(view.getInt32(at + 4, true), poisonCall)
    return null
  }
  const low = BigInt(view.getUint32(at + 4, true))
  return code === 0x18 ? low | (BigInt(view.getUint32(at + 12, true)) << 32n) : low
}

test('every kind of relocation is answered by the types of the kernel', async () => {
  const object = openObject(readFileSync(await compileFixture('core')), 'core.bpf.o')
  const btf = kernel()
  const { programs, problems } = prepare(object, kernelOf(btf))
  assert.equal(problems, [])
  const [program] = programs
  assert.ok(program)
  const ids = [object.btf, btf].map((side) => BigInt(side.find('tcp_sock', 'struct') ?? 0))
  const answered = expected(ids[0] ?? 0n, ids[1] ?? 0n)
  const { instructions, placed } = program.assembled
  for (const { code, start } of placed) {
    const answers = code.coreRelocations.map(({ offset }) => held(instructions.view, start * 8 + offset))
    assert.equal([code.name, answers], [code.name, answered[code.name]])
  }
  assert.is(placed.length, 4)
  assert.equal(program.poisoned, [{ function: 'fields', instruction: 35, access: 'struct tcp_sock.no_such_field' }])
})

test('an object can be bound to several kernels, one after the other', async () => {
  const object = openObject(readFileSync(await compileFixture('core')), 'core.bpf.o')
  const bytes = () => prepare(object, kernelOf(kernel())).programs[0]?.assembled.instructions.bytes
  const first = bytes()
  const empty = prepare(object, kernelOf(new BtfWriter().parse()))
  assert.equal(empty.problems, [])
  assert.ok((empty.programs[0]?.poisoned.length ?? 0) > 10)
  assert.equal(bytes(), first)
})

test.run()
