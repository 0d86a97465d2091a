import { measure, report } from './pairs.ts'
import { btfDump } from './cases/btf-dump.ts'
import { btfIndex } from './cases/btf-index.ts'
import { commandRegister } from './cases/command.ts'
import { emulatorAccuracy } from './cases/emulator-accuracy.ts'
import { emulatorThroughput } from './cases/emulator-throughput.ts'
import { linkDroptail, linkFqCodel } from './cases/link-model.ts'
import { emulator } from './cases/emulator.ts'
import { mapBatch } from './cases/map-batch.ts'
import { measuringCost, trafficCost } from './cases/measuring.ts'
import { openLoadRegister } from './cases/register.ts'
import { ringBuffer, ringBufferLive } from './cases/ringbuf.ts'
import { monitorCost, monitorSockets } from './cases/monitor.ts'
import { listSockets, samplingCost, tracingCost } from './cases/sockets.ts'
import { topCost, topKeys } from './cases/top.ts'
import { xsk } from './cases/xsk.ts'

/** By the names under which one of them is asked for: `npm run bench -- btf-dump`. */
const cases = {
  'btf-index': btfIndex,
  'btf-dump': btfDump,
  register: openLoadRegister,
  'map-batch': mapBatch,
  'ring-buffer': ringBuffer,
  sockets: listSockets,
  monitor: monitorSockets,
  command: commandRegister,
  emulator,
  'link-droptail': linkDroptail,
  'link-fq-codel': linkFqCodel,
  // The last one: it takes the process into another network namespace.
  xsk,
}

// Side by side with libbpf and bpftool, in one run: A B A B …, so that a change of the machine's speed meets both.
const rounds = Number(process.env['CCDK_BENCH_ROUNDS'] ?? 25)
const asked = process.argv.slice(2)
const isAsked = (name: string): boolean => asked.length === 0 || asked.includes(name)
for (const [name, make] of Object.entries(cases)) {
  if (!isAsked(name)) continue
  using bench = await make()
  console.log(report(bench, await measure(bench, rounds)))
}
if (isAsked('ring-buffer')) console.log(await ringBufferLive())
if (isAsked('sockets')) console.log(await samplingCost(), await tracingCost())
if (isAsked('monitor')) console.log(await monitorCost())
if (isAsked('top')) console.log(await topKeys(), await topCost())
if (isAsked('emulator-throughput')) console.log(await emulatorThroughput(Math.ceil(rounds / 5)))
if (isAsked('emulator-accuracy')) console.log(await emulatorAccuracy())
if (isAsked('measuring')) console.log(await measuringCost())
if (isAsked('traffic')) console.log(await trafficCost())
