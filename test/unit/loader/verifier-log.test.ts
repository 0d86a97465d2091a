import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { poisonCall } from '../../../src/core-relo/index.ts'
import { summarizeVerifierLog } from '../../../src/loader/index.ts'
import { survives } from '../../support/refusals.ts'

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

test('the reason, the source line and the instruction', () => {
  assert.is(
    summarizeVerifierLog(log),
    'no write support to tcp_sock at off 1876, at verifier_reject.bpf.c:10 "tcp_sk(sk)->srtt_us = 0;", instruction 2: (63) *(u32 *)(r1 +1876) = r2',
  )
})

test('a kernel before 6.10 does not say the place of a line', () => {
  const old = log.replaceAll(/ @ verifier_reject\.bpf\.c:\d+/g, '')
  assert.match(summarizeVerifierLog(old), ', at "tcp_sk(sk)->srtt_us = 0;", instruction 2')
})

test('without source lines, instructions or anything', () => {
  assert.is(summarizeVerifierLog(`0: (95) exit\nR0 !read_ok\n${statistics}`), 'R0 !read_ok, instruction 0: (95) exit')
  assert.is(summarizeVerifierLog(`unknown opcode 00\n${statistics}`), 'unknown opcode 00')
  for (const nothing of ['', '\n\n', statistics]) assert.is(summarizeVerifierLog(nothing), 'it gave no reason')
})

test('the lines that count are left out, wherever the kernel puts them', () => {
  const counted = `R1 !read_ok\nverification time 77 usec\nstack depth 0+0\n${statistics}\n`
  assert.is(summarizeVerifierLog(counted), 'R1 !read_ok')
})

test('an access that the kernel does not have is called by its name', () => {
  const poisoned = `; x = tp->gone; @ cc.bpf.c:3\n7: (85) call unknown#${poisonCall}\ninvalid func unknown#${poisonCall}\n${statistics}`
  const access = (name: string) => ({ function: 'f', instruction: 7, access: name })
  const accesses = [access('struct tcp_sock.gone'), access('struct tcp_sock.gone'), access('struct sock.f of 4 bytes')]
  assert.match(
    summarizeVerifierLog(poisoned, { accesses, maps: [], externs: [] }),
    'the kernel has no struct tcp_sock.gone or no struct sock.f of 4 bytes, and the program does not check that before it reads it, at cc.bpf.c:3',
  )
})

test('a function or a map that is missing is called by its name', () => {
  const missing = (number: number) =>
    summarizeVerifierLog(`invalid func unknown#${number}\n`, { accesses: [], maps: ['first', 'second'], externs: ['a', 'kfunc'] })
  assert.match(missing(2_001_000_001), 'the program uses map "second", which was not to be created')
  assert.match(missing(2_002_000_001), 'the kernel has no function "kfunc"')
  assert.is(missing(2_002_000_009), 'invalid func unknown#2002000009')
})

test('a log of some megabytes takes no longer than it should', () => {
  const long = `${'12: (bf) r1 = r2 ; R1=scalar() R2=scalar()\n'.repeat(100_000)}R1 unbounded memory access\n${statistics}`
  assert.match(survives(() => summarizeVerifierLog(long)).toString(), 'R1 unbounded memory access')
})

test.run()
