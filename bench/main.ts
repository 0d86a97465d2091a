import { measure, report } from './pairs.ts'
import { btfDump } from './cases/btf-dump.ts'
import { btfIndex } from './cases/btf-index.ts'
import { commandRegister } from './cases/command.ts'
import { mapBatch } from './cases/map-batch.ts'
import { openLoadRegister } from './cases/register.ts'
import { ringBuffer, ringBufferLive } from './cases/ringbuf.ts'

// Side by side with libbpf and bpftool, in one run: A B A B …, so that a change of the machine's speed meets both.
const rounds = Number(process.env['CCDK_BENCH_ROUNDS'] ?? 25)
for (const make of [btfIndex, btfDump, openLoadRegister, mapBatch, ringBuffer, commandRegister]) {
  using bench = await make()
  console.log(report(bench, await measure(bench, rounds)))
}
console.log(await ringBufferLive())
