import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CpuMeter, parseCpuTime, parseProcessTime } from '../../../src/kernel/facts/cpu-time.ts'

const test = suite('CPU time')

test('the line of all processors is read, whatever stands around it', () => {
  const text = 'cpu  100 20 300 4000 50 6 7 800 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\ncpu3 1 2 3\nintr 5\n'
  assert.equal(parseCpuTime(text), { busy: 4.33, steal: 8, cpus: 2 })
  // Linux 2.6.11 had no steal.
  assert.equal(parseCpuTime('cpu  100 20 300 4000 50 6 7\n'), { busy: 4.33, steal: 0, cpus: 0 })
})

test('a process has its time behind its name, whatever that is', () => {
  const rest = 'S 1 2 3 4 5 6 7 8 9 10 150 50 7 8 20 0'
  for (const name of ['node', 'a b', ')', ') S 9 9 9 9', '(x) (y']) assert.is(parseProcessTime(`17 (${name}) ${rest}`), 2)
})

test('the own time is what the process itself counts', () => {
  const { user, system } = process.resourceUsage() && process.cpuUsage()
  const told = parseProcessTime(readFileSync('/proc/self/stat', 'utf8'))
  assert.ok(Math.abs(told - (user + system) / 1e6) < 0.05, `${told} s`)
})

test('work shows, and a process that is not there does not', async () => {
  const gone = 2 ** 22 + 1
  const meter = new CpuMeter([process.pid, gone])
  const before = process.cpuUsage()
  const end = performance.now() + 300
  while (performance.now() < end) Math.sqrt(end)
  const { user, system } = process.cpuUsage(before)
  const used = meter.read()
  const cores = (user + system) / 1e6 / used.seconds
  // Both count in steps of 10 ms.
  assert.ok(Math.abs((used.processes.get(process.pid) ?? 0) - cores) < 0.1, `${used.processes.get(process.pid)} of ${cores}`)
  assert.not(used.processes.has(gone))
  assert.ok(used.busy >= 0.5 * cores && used.steal >= 0)
  await sleep(50)
  assert.ok(meter.read().seconds >= 0.04)
})

test.run()
