import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAttr } from '../../../src/kernel/bpf/attr.ts'
import { kprobeMultiValues } from '../../../src/kernel/bpf/attach/probe.ts'
import { linkCreateKprobeMulti } from '../../../src/kernel/bpf/layouts.ts'
import { viewMemory } from '../../../src/kernel/libc.ts'
import { matchingAddresses, matchingSymbols } from '../../../src/kernel/facts/traceable-functions.ts'
import { ATTACH_TYPE } from '../../../src/loader/index.ts'

const test = suite('kprobes at many functions')

const memory = (address: bigint, length: number): Buffer => Buffer.from(viewMemory(address, length))

/** What the kernel reads of `union bpf_attr` and of the memory that it names. */
function asTheKernelReads(to: Omit<Parameters<typeof kprobeMultiValues>[0], 'way'>) {
  const values = kprobeMultiValues({ way: 'kprobe_multi', ...to })
  const { attr, size } = encodeAttr(linkCreateKprobeMulti, values)
  const view = new DataView(attr.buffer)
  // ABI: link_create of union bpf_attr: attach_type at 8, kprobe_multi from 16 on: flags, cnt, syms, addrs, cookies.
  const [type, flags, count] = [8, 16, 20].map((at) => view.getUint32(at, true))
  const list = (at: number): bigint[] | null => {
    const address = view.getBigUint64(at, true)
    if (address === 0n) return null
    const words = memory(address, 8 * (count ?? 0))
    return Array.from({ length: count ?? 0 }, (_, index) => words.readBigUInt64LE(8 * index))
  }
  const names = list(24)?.map((address) => memory(address, 64).toString().split('\0')[0])
  return { type, flags, names, addresses: list(32), cookies: list(40), size, values }
}

test('names stand where their addresses say', () => {
  const names = ['tcp_v4_rcv', 'x', `${'long_'.repeat(20)}name`.slice(0, 60)]
  const read = asTheKernelReads({ functions: { symbols: names }, cookies: [1n, 2n, 0xffff_ffff_ffff_ffffn], attachType: ATTACH_TYPE.TRACE_KPROBE_MULTI, onReturn: true })
  assert.equal(read.names, names)
  assert.equal([read.type, read.flags, read.addresses, read.size], [ATTACH_TYPE.TRACE_KPROBE_MULTI, 1, null, 48])
  assert.equal(read.cookies, [1n, 2n, 0xffff_ffff_ffff_ffffn])
})

test('addresses', () => {
  const addresses = [0xffff_ffff_8100_0000n, 0xffff_ffff_8100_0010n]
  const read = asTheKernelReads({ functions: { addresses }, attachType: ATTACH_TYPE.TRACE_KPROBE_SESSION, onReturn: false })
  assert.equal(read.addresses, addresses)
  assert.equal([read.type, read.flags, read.names, read.cookies], [ATTACH_TYPE.TRACE_KPROBE_SESSION, 0, undefined, null])
})

test('functions that can be traced, with addresses', () => {
  const text = 'ffffffff81000010 tcp_one\nffffffff81000020 tcp_two [some_module]\nffffffff81000010 tcp_alias\nffffffff81000030 udp_one\n0000000000000000 tcp_secret\n'
  assert.equal(matchingAddresses(text, 'tcp_*'), [0xffff_ffff_8100_0010n, 0xffff_ffff_8100_0020n])
  assert.equal(matchingAddresses(text, 'sctp_*'), [])
})

test('of names alone the addresses are those of symbols, but for names that come twice', () => {
  const symbols = [
    'ffffffff81000010 T tcp_one',
    'ffffffff81000020 t tcp_two',
    'ffffffff81000030 t tcp_two\t[some_module]',
    'ffffffff81000040 t tcp_three',
    'ffffffff81000050 D tcp_data',
    '0000000000000000 t tcp_secret',
  ].join('\n')
  const traceable = new Set(['tcp_one', 'tcp_two', 'tcp_data', 'tcp_secret'])
  assert.equal(matchingSymbols(symbols, traceable, 'tcp_*'), [0xffff_ffff_8100_0010n])
})

test.run()
