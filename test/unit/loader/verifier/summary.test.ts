import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { poisonCall } from '../../../../src/core-relo/index.ts'
import { summarizeVerifierLog } from '../../../../src/loader/index.ts'
import { survives } from '../../../support/refusals.ts'

const test = suite("summary of a verifier's log")

const statistics = `processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1
`

const log = `0: R1=ctx() R10=fp0
; void BPF_PROG(writes_to_srtt, struct sock *sk, u32 ack, u32 acked) @ verifier_reject.bpf.c:8
0: (79) r1 = *(u64 *)(r1 +0)
1: R1=trusted_ptr_sock()
; tcp_sk(sk)->srtt_us = 0; @ verifier_reject.bpf.c:10
1: (b7) r2 = 0                        ; R2_w=0
2: (63) *(u32 *)(r1 +1876) = r2
no write support to tcp_sock at off 1876
${statistics}`

test('the reason, the source line, the instruction and the registers that it names', () => {
  const { suggestion, ...summary } = summarizeVerifierLog(log)
  assert.equal(summary, {
    reason: 'no write support to tcp_sock at off 1876',
    instruction: { index: 2, text: '(63) *(u32 *)(r1 +1876) = r2' },
    source: { file: 'verifier_reject.bpf.c', line: 10, text: 'tcp_sk(sk)->srtt_us = 0;' },
    registers: [
      { name: 'R1', state: 'trusted_ptr_sock()' },
      { name: 'R2', state: '0' },
    ],
    calls: [],
    explanation: null,
  })
  assert.match(suggestion ?? '', 'snd_cwnd')
})

test('a kernel before 6.10 does not say the place of a line, and the object does', () => {
  const old = log.replaceAll(/ @ verifier_reject\.bpf\.c:\d+/g, '')
  assert.equal(summarizeVerifierLog(old).source, { file: null, line: null, text: 'tcp_sk(sk)->srtt_us = 0;' })
  const source = { file: 'my.bpf.c', line: 10, text: 'tcp_sk(sk)->srtt_us = 0;' }
  const placeOf = (at: number) => ({ function: 'f', source: at === 2 ? source : null })
  assert.equal(summarizeVerifierLog(old, { placeOf }).source, source)
})

test('without source lines, instructions or anything', () => {
  const bare = summarizeVerifierLog(`0: (95) exit\nR0 !read_ok\n${statistics}`)
  assert.equal([bare.reason, bare.source, bare.instruction], ['R0 !read_ok', null, { index: 0, text: '(95) exit' }])
  assert.is(summarizeVerifierLog(`unknown opcode 00\n${statistics}`).reason, 'unknown opcode 00')
  for (const nothing of ['', '\n\n', statistics]) assert.is(summarizeVerifierLog(nothing).reason, 'it gave no reason')
})

test('an instruction that only the message names, as of checks before the walk', () => {
  const placeOf = () => ({ function: 'f', source: { file: 'a.c', line: 3, text: 'goto again;' } })
  const { instruction, source } = summarizeVerifierLog(`back-edge from insn 3 to 1\n${statistics}`, { placeOf })
  assert.equal(instruction, { index: 3, text: '' })
  assert.is(source?.line, 3)
})

test('several messages are all told, and the counts and states between them are not', () => {
  const { reason } = summarizeVerifierLog(
    `4: (95) exit\nUnreleased reference id=2 alloc_insn=1\nverification time 77 usec\nstack depth 0+0\nBPF_EXIT would lead to reference leak\n${statistics}\n`,
  )
  assert.is(reason, 'Unreleased reference id=2 alloc_insn=1; BPF_EXIT would lead to reference leak')
  const glued = summarizeVerifierLog(`insn 3 cannot call exception cb directlyprocessed 7 insns (limit 1000000)\n`)
  assert.is(glued.reason, 'insn 3 cannot call exception cb directly')
})

test('what is known of a register is that of the way that led there', () => {
  const { registers } = summarizeVerifierLog(`0: R1=ctx() R10=fp0
6: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,map=m,ks=8,vs=8)
7: (15) if r0 == 0x0 goto pc+3        ; R0_w=map_value(map=m,ks=8,vs=8)
8: (71) r2 = *(u8 *)(r0 +0)           ; R0_w=map_value(map=m,ks=8,vs=8) R2_w=scalar(smin=smin32=0,smax=255,var_off=(0x0; 0xff))
9: (95) exit

from 7 to 11: R0_w=0 R10=fp0
11: (0f) r0 += r2
R2 !read_ok
${statistics}`)
  assert.equal(registers, [{ name: 'R0', state: '0' }])
  const taken = summarizeVerifierLog(`7: (15) if r0 == 0x0 goto pc+3 11: R0=0 R10=fp0 fp-8=0
11: (b7) r1 = 1                       ; R1=1
12: (7b) *(u64 *)(r0 +0) = r1
R0 invalid mem access 'scalar'
`)
  assert.equal(taken.registers, [
    { name: 'R0', state: '0' },
    { name: 'R1', state: '1' },
  ])
})

test('the calls that led there, without those that have returned', () => {
  const { calls } = summarizeVerifierLog(
    `0: (85) call pc+5
caller:
 R10=fp0
callee:
 frame1: R1=ctx() R10=fp0
6: (95) exit
returning from callee:
 frame1: R0_w=0 R10=fp0
to caller at 1:
 R0_w=0 R10=fp0
1: (85) call pc+8
caller:
 R10=fp0
callee:
 frame1: R10=fp0
10: (85) call pc+9
caller:
 frame1: R10=fp0
callee:
 frame2: R10=fp0
20: (95) exit
R0 !read_ok
${statistics}`,
    { placeOf: (at) => ({ function: at < 10 ? 'main' : 'inner', source: null }) },
  )
  assert.equal(calls, [
    { function: 'main', instruction: 1, source: null },
    { function: 'inner', instruction: 10, source: null },
  ])
})

/** As the kernels of 7.3 on write it: kernel/bpf/diagnostics.c. */
const report = (at: string) => `0: R1=ctx() R10=fp0
0: (95) exit
R0 !read_ok

Verification failed: Register Type Safety: Unreadable register

Reason:
  R0 has never been given a value on this path, so it cannot be used, and this sentence goes on
  until the next line.

At:
${at}
Causal path:
  no retained diagnostic events on this path

Suggestion:
  Give R0 a value on every path.

${statistics}`

test('the report of kernels from 7.3 on', () => {
  const summary = summarizeVerifierLog(report('  insn 0\n        | ^-- error: R0 is not readable\n  Instruction context:\n  >>> 0 | (95) exit\n'))
  assert.is(summary.reason, 'R0 !read_ok')
  assert.is(summary.explanation, 'R0 has never been given a value on this path, so it cannot be used, and this sentence goes on until the next line.')
  assert.is(summary.suggestion, 'Give R0 a value on every path.')
  assert.equal(summary.instruction, { index: 0, text: '(95) exit' })
})

test('its place, where the lines before it say none', () => {
  const placed = report(`  my_init @ my.bpf.c:41:9
  Source context:
      40 | int my_init(void)
  >>> 41 | return x;
         | ^-- error: R0 is not readable
  Instruction context:
  >>> 0 | (95) exit
`)
  const alone = placed.slice(placed.indexOf('Verification failed'))
  const { reason, source, instruction } = summarizeVerifierLog(alone)
  assert.equal(source, { file: 'my.bpf.c', line: 41, text: 'return x;' })
  assert.is(reason, 'Unreadable register')
  assert.equal(instruction, { index: 0, text: '(95) exit' })
  const untitled = summarizeVerifierLog(`\nReason:\n  It is too large.\n\nSuggestion:\n  Make it smaller.\n`)
  assert.equal([untitled.reason, untitled.suggestion], ['It is too large.', 'Make it smaller.'])
})

test('an access that the kernel does not have is called by its name', () => {
  const poisoned = `; x = tp->gone; @ cc.bpf.c:3\n7: (85) call unknown#${poisonCall}\ninvalid func unknown#${poisonCall}\n${statistics}`
  const access = (name: string) => ({ function: 'f', instruction: 7, access: name })
  const accesses = [access('struct tcp_sock.gone'), access('struct tcp_sock.gone'), access('struct sock.f of 4 bytes')]
  const { reason, source, suggestion } = summarizeVerifierLog(poisoned, { poisoned: { accesses, maps: [], externs: [] } })
  assert.is(reason, 'the kernel has no struct tcp_sock.gone or no struct sock.f of 4 bytes, and the program does not check that before it reads it')
  assert.is(source?.line, 3)
  assert.is(suggestion, null)
})

test('a function or a map that is missing is called by its name', () => {
  const missing = (number: number) =>
    summarizeVerifierLog(`invalid func unknown#${number}\n`, { poisoned: { accesses: [], maps: ['first', 'second'], externs: ['a', 'kfunc'] } }).reason
  assert.match(missing(2_001_000_001), 'the program uses map "second", which was not to be created')
  assert.match(missing(2_002_000_001), 'the kernel has no function "kfunc"')
  assert.is(missing(2_002_000_009), 'invalid func unknown#2002000009')
})

test('a log of some megabytes takes no longer than it should', () => {
  const long = `${'12: (bf) r1 = r2 ; R1=scalar() R2=scalar()\n'.repeat(100_000)}R1 unbounded memory access\n${statistics}`
  const summary = survives(() => summarizeVerifierLog(long))
  assert.is('reason' in summary ? summary.reason : '', 'R1 unbounded memory access')
  for (const odd of ['('.repeat(1_000_000), `; ${'@ '.repeat(500_000)}`, `0: (95) ${' '.repeat(1_000_000)}x`, `R1=${'('.repeat(500_000)}\n0: (95) r1\nR1 bad`]) {
    survives(() => summarizeVerifierLog(odd), 3000)
  }
})

test('what an object brings into the log takes no long time to read', () => {
  // As many as are read, with an end of a line that is none of the log's: no pattern may try each up to there.
  const line = `; ${'processed 1 insns '.repeat(200_000)}\r`
  assert.is(summarizeVerifierLog(`${line}\nR1 !read_ok\n`).reason, 'R1 !read_ok')
  const endless = `\nReason:\n${'makes '.repeat(600_000)}\n`
  assert.is(summarizeVerifierLog(endless).reason.length, 1024)
})

test.run()
