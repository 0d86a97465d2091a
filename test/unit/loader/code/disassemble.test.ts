import * as assert from 'uvu/assert'
import { disassemble } from '../../../../src/loader/index.ts'
import { suite } from '../../../support/needs.ts'
import { code, type Insn } from '../../../support/object-writer.ts'

const test = suite('instructions as text')

const lines = (...insns: Insn[]): string[] => disassemble(code(insns))
const one = (...insn: Insn): string => lines(insn)[0]?.replace(/^0: /, '') ?? ''

// As the verifier's log of a Linux 6.18 spells them (kernel/bpf/disasm.c).
const cases: [insn: Insn, text: string][] = [
  [[0xbf, 6, 1], '(bf) r6 = r1'],
  [[0xbf, 1, 2, 8], '(bf) r1 = (s8)r2'],
  [[0xbc, 1, 2], '(bc) w1 = w2'],
  [[0xb7, 0, 0, 0, -1], '(b7) r0 = -1'],
  [[0x07, 2, 0, 0, -8], '(07) r2 += -8'],
  [[0xc7, 2, 0, 0, 3], '(c7) r2 s>>= 3'],
  [[0x3f, 2, 1, 1], '(3f) r2 s/= r1'],
  [[0x87, 1], '(87) r1 = -r1'],
  [[0xdc, 1, 0, 0, 16], '(dc) r1 = be16 r1'],
  [[0xd4, 1, 0, 0, 32], '(d4) r1 = le32 r1'],
  [[0xd7, 1, 0, 0, 64], '(d7) r1 = bswap64 r1'],
  [[0x79, 1, 6, 8], '(79) r1 = *(u64 *)(r6 +8)'],
  [[0x91, 1, 6, -4], '(91) r1 = *(s8 *)(r6 -4)'],
  [[0x7b, 10, 1, -8], '(7b) *(u64 *)(r10 -8) = r1'],
  [[0x62, 10, 0, -4, 7], '(62) *(u32 *)(r10 -4) = 7'],
  [[0xdb, 1, 2, 0, 0], '(db) lock *(u64 *)(r1 +0) += r2'],
  [[0xc3, 1, 2, 4, 0x51], '(c3) w2 = atomic_fetch_and((u32 *)(r1 +4), w2)'],
  [[0xdb, 1, 2, 0, 0xe1], '(db) r2 = atomic64_xchg((u64 *)(r1 +0), r2)'],
  [[0xdb, 1, 2, 0, 0xf1], '(db) r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)'],
  [[0x30, 0, 0, 0, 14], '(30) r0 = *(u8 *)skb[14]'],
  [[0x05, 0, 0, -3], '(05) goto pc-3'],
  [[0x06, 0, 0, 0, 70000], '(06) gotol pc+70000'],
  [[0xe5, 0, 0, 2], '(e5) may_goto pc+2'],
  [[0x15, 1, 0, 2, 5], '(15) if r1 == 0x5 goto pc+2'],
  [[0xae, 1, 2, 2], '(ae) if w1 < w2 goto pc+2'],
  [[0xc5, 1, 0, 2, -1], '(c5) if r1 s< 0xffffffff goto pc+2'],
  [[0x85, 0, 1, 0, 3], '(85) call pc+3'],
  [[0x85, 0, 0, 0, 1], '(85) call unknown#1'],
  [[0x95], '(95) exit'],
]

for (const [insn, text] of cases) test(text, () => assert.is(one(...insn), text))

test('a load of 64 bits is one line, and the next has its own number', () => {
  assert.equal(lines([0x18, 1, 0, 0, -1], [0, 0, 0, 0, 1], [0x95]), ['0: (18) r1 = 0x1ffffffff', '2: (95) exit'])
})

test('what numbers stand for is said where it is known', () => {
  const bytes = code([[0x18, 1, 1, 0, 5], [0], [0x18, 2, 2, 0, 6], [0, 0, 0, 0, 12], [0x85, 0, 0, 0, 1], [0x85, 0, 2, 0, 700]])
  const names = { map: (number: number) => (number === 5 ? 'map "counts"' : undefined), helper: () => 'bpf_map_lookup_elem', kernelFunction: () => 'tcp_reno_ssthresh' }
  assert.equal(disassemble(bytes, names), [
    '0: (18) r1 = map "counts"',
    '2: (18) r2 = map[6] value +12',
    '4: (85) call bpf_map_lookup_elem#1',
    '5: (85) call tcp_reno_ssthresh#700',
  ])
})

test('no bytes are too few or too strange', () => {
  for (let byte = 0; byte < 256; byte += 1) assert.is(disassemble(Uint8Array.of(byte, 0xff, 1, 2, 3, 4, 5, 6, 7)).length, 1)
  assert.equal(disassemble(new Uint8Array(7)), [])
})

test.run()
