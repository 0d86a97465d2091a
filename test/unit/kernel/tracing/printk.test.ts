import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePrintk } from '../../../../src/kernel/tracing/printk.ts'

const test = suite('lines of trace_pipe')

test('a line says who ran, where and when', () => {
  assert.equal(parsePrintk('           iperf3-1234    [001] ..s21  5432.000120: bpf_trace_printk: cwnd 10: grew'), {
    time: 5_432_000_120_000n,
    task: 'iperf3',
    tid: 1234,
    cpu: 1,
    text: 'cwnd 10: grew',
  })
})

test('names of tasks have anything in them, and groups of threads may stand behind', () => {
  assert.equal(parsePrintk('    a-b [000] 1-77      (     77) [000] d..2.     1.500000: bpf_trace_printk: '), {
    time: 1_500_000_000n,
    task: 'a-b [000] 1',
    tid: 77,
    cpu: 0,
    text: '',
  })
})

test('what the kernel says itself has no time, and nothing is nothing', () => {
  assert.is(parsePrintk('CPU:1 [LOST 22 EVENTS]')?.text, 'CPU:1 [LOST 22 EVENTS]')
  assert.is(parsePrintk('CPU:1 [LOST 22 EVENTS]')?.time, 0n)
  assert.is(parsePrintk('  '), undefined)
})

test.run()
