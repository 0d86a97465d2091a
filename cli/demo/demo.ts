import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { availableCongestion, LinuxTarget, openFds } from '../../src/kernel/index.ts'
import { load, type LoadedObject, openObject, type PreparedObject, prepare } from '../../src/loader/index.ts'
import { register, type Registration } from '../../src/structops/index.ts'
import { createTestbed, type Testbed, type TransferResult } from '../../src/testbed/index.ts'
import { interruption } from '../interrupted.ts'
import { printReport } from '../match-report.ts'
import type { Output } from '../output.ts'
import { retire, type RetirementStep } from './retire.ts'
import { resultTable } from './results.ts'
import { sendAndWatch } from './watch.ts'

interface DemoOptions {
  seconds: number
  flows: number
}

/** What the demo found out about one algorithm. */
export interface DemoResult {
  name: string
  result: TransferResult
  retirement: readonly RetirementStep[]
}

const examples = ['bpf_dctcp', 'bpf_cubic']

/**
 * The main job on real input: match, register, carry traffic, watch, unregister. Everything that it makes goes away
 * with it, also when it is interrupted: the namespaces belong to child processes, the registrations to this one.
 */
export async function runDemo(options: DemoOptions, output: Output): Promise<void> {
  using target = new LinuxTarget()
  const before = new Set(availableCongestion())
  const prepared = examples.map((name) => prepareExample(name, target))
  heading(output, 1, `Check the objects against the types of ${target.name} (no privilege is needed for this)`)
  for (const { structOps } of prepared.slice(0, 1)) {
    for (const { report, spec } of structOps) printReport(report, spec.section, output)
  }
  using ended = interruption()
  const results: DemoResult[] = []
  await withTestbed(ended.signal, async (bed) => {
    const statistics = target.enableRunStatistics()
    try {
      for (const [index, object] of prepared.entries()) {
        ended.signal.throwIfAborted()
        output.print()
        heading(output, index + 2, `${examples[index]}: register it, send with it, unregister it`)
        results.push(await show(object, target, bed, options, output))
      }
    } finally {
      statistics[Symbol.dispose]()
    }
  })
  conclude(results, before, output)
}

function prepareExample(name: string, target: LinuxTarget): PreparedObject {
  const file = fileURLToPath(import.meta.resolve(`ccdk/cc-examples/${name}.bpf.o`))
  const prepared = prepare(openObject(readFileSync(file), `${name}.bpf.o`), target)
  const [problem] = prepared.problems
  if (problem !== undefined) throw problem
  return prepared
}

/** Runs some work between two hosts. An interruption takes the hosts away, which ends whatever waits for them. */
async function withTestbed(signal: AbortSignal, work: (bed: Testbed) => Promise<void>): Promise<void> {
  await using bed = await createTestbed()
  const stop = () => void bed.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await work(bed)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** One algorithm's life. */
async function show(
  prepared: PreparedObject,
  target: LinuxTarget,
  bed: Testbed,
  options: DemoOptions,
  output: Output,
): Promise<DemoResult> {
  using loaded = load(prepared, target)
  using registration = registerOnly(loaded)
  const name = registration.name ?? registration.ops.spec.name
  const { mapId, keptAliveBy } = registration
  output.print(`registered as map ${mapId}, kept alive by ${keptAliveBy}`)

  await using service = await bed.server.serve({ congestion: name })
  await using transfer = await bed.client.send({ to: service, flows: options.flows, seconds: options.seconds, sampleMs: 250 })
  const result = await sendAndWatch(target, registration, transfer, output)
  const close = async () => {
    await transfer.close()
    await service.close()
  }
  const retirement = await retire(target, registration, loaded, close, output)
  return { name, result, retirement }
}

function registerOnly(loaded: LoadedObject): Registration {
  const [name = ''] = loaded.structOps.keys()
  return register(loaded, name)
}

function conclude(results: readonly DemoResult[], before: ReadonlySet<string>, output: Output): void {
  output.print()
  heading(output, examples.length + 2, 'Result: each algorithm alone, over a veth pair with no bottleneck but the processors')
  output.print(resultTable(results, output))
  const left = [...availableCongestion().filter((name) => !before.has(name)), ...openFds()]
  output.print(left.length === 0 ? 'Nothing is left behind.' : `Left behind: ${left.join(', ')}`)
  output.document({
    algorithms: results.map(({ name, result, retirement }) => ({ name, ...result, retirement })),
    leftBehind: left,
  })
}

function heading(output: Output, number: number, text: string): void {
  output.print(output.style('bold', `${number}  ${text}`))
}
