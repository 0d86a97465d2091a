import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Journal, registrationEntry } from '../../src/journal/index.ts'
import { LinuxTarget, openFds } from '../../src/kernel/index.ts'
import { load, openObject, type PreparedObject, prepare } from '../../src/loader/index.ts'
import { describeMap, register } from '../../src/structops/index.ts'
import { createTestbed, type Testbed } from '../../src/testbed/index.ts'
import { atExit, interruption } from '../interrupted.ts'
import { matchTable, summary } from '../output/match-table.ts'
import type { Output } from '../output/output.ts'
import { beginDemo, demoMapName } from './begin.ts'
import { resultTable } from './results.ts'
import { retire, type RetirementStep } from './retire.ts'
import { sampleMs, sendAndWatch, type Watched } from './watch.ts'

interface DemoOptions {
  seconds: number
  flows: number
}

/** What the demo found out about one algorithm. */
interface DemoResult extends Watched {
  name: string
  mapId: number
  retirement: readonly RetirementStep[]
}

const examples = ['bpf_dctcp', 'bpf_cubic']

/**
 * The main job on real input: match, register, carry traffic, watch, unregister. Everything that it makes goes away
 * with it, also when it is interrupted: the namespaces belong to child processes, and registrations are in a journal.
 */
export async function runDemo(options: DemoOptions, output: Output): Promise<void> {
  using target = new LinuxTarget()
  using ended = interruption(output.unread)
  const prepared = examples.map((name) => prepareExample(name, target))
  check(prepared, target, output)
  using journal = await beginDemo(examples, target, output)
  const results: DemoResult[] = []
  await withTestbed(ended.signal, async (bed) => {
    using counted = new DisposableStack()
    counted.use(target.enableRunStatistics())
    for (const [index, object] of prepared.entries()) {
      ended.signal.throwIfAborted()
      output.print()
      heading(output, index + 2, `${examples[index]}: register it, send with it, unregister it`)
      results.push(await showLife(object, { target, journal, bed }, options, output))
    }
  })
  conclude(prepared, results, target, output)
}

function prepareExample(name: string, target: LinuxTarget): PreparedObject {
  const file = fileURLToPath(import.meta.resolve(`ccdk/cc-examples/${name}.bpf.o`))
  const object = openObject(readFileSync(file), `${name}.bpf.o`)
  for (const spec of object.structOps) spec.mapName = demoMapName
  const prepared = prepare(object, target)
  const [problem] = prepared.problems
  if (problem !== undefined) throw problem
  return prepared
}

function check([first, ...others]: readonly PreparedObject[], target: LinuxTarget, output: Output): void {
  heading(output, 1, `Check the objects against the types of ${target.name}`)
  for (const struct of first?.structOps ?? []) output.print(matchTable(struct, output))
  for (const { object, structOps } of others) {
    for (const { report } of structOps) output.print(`${object.file}: ${summary(report)}`)
  }
}

/** Runs some work between two hosts. An interruption takes the hosts away, which ends whatever waits for them. */
async function withTestbed(signal: AbortSignal, work: (bed: Testbed) => Promise<void>): Promise<void> {
  try {
    await using bed = await createTestbed()
    const stop = () => void bed.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      signal.throwIfAborted()
      await work(bed)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  } catch (error) {
    // Ctrl-C reaches the hosts too, and that one has ended may be known here before the signal is.
    await turn()
    signal.throwIfAborted()
    throw error
  }
}

/** One algorithm's life. */
async function showLife(
  prepared: PreparedObject,
  { target, journal, bed }: { target: LinuxTarget; journal: Journal; bed: Testbed },
  options: DemoOptions,
  output: Output,
): Promise<DemoResult> {
  using loaded = load(prepared, target)
  const [map = ''] = loaded.structOps.keys()
  using undo = new DisposableStack()
  undo.use(journal.note(registrationEntry(loaded, map)))
  const registration = undo.use(register(loaded, map))
  const undoAtOnce = () => {
    registration.unregister()
    journal[Symbol.dispose]()
  }
  undo.use(atExit(undoAtOnce))
  const name = registration.name ?? map
  const { mapId, keptAliveBy } = registration
  output.print(`registered as map ${mapId}, kept alive by ${keptAliveBy}`)

  await using service = await bed.server.serve({ congestion: name })
  await using transfer = await bed.client.send({
    to: service,
    flows: options.flows,
    seconds: options.seconds,
    sampleMs,
  })
  const watched = await sendAndWatch(target, registration, transfer, output)
  const close = async () => {
    await transfer.close()
    await service.close()
  }
  const retirement = await retire(target, registration, loaded, close, output)
  return { name, mapId, ...watched, retirement }
}

function conclude(
  prepared: readonly PreparedObject[],
  results: readonly DemoResult[],
  target: LinuxTarget,
  output: Output,
): void {
  output.print()
  heading(output, examples.length + 2, 'Result: each alone over a veth pair, limited by the processors')
  output.print(resultTable(results, output))
  const left = [
    ...results.filter(({ mapId }) => describeMap(target, mapId) !== undefined).map(({ name }) => name),
    ...openFds(),
  ]
  output.print(left.length === 0 ? 'Nothing is left behind.' : `Left behind: ${left.join(', ')}`)
  output.document({
    kernel: target.name,
    checks: prepared.flatMap(({ structOps }) => structOps.map(({ report }) => report)),
    algorithms: results.map(({ entry, sockets, ...rest }) => ({ ...rest, lastSeen: { ...entry, sockets } })),
    leftBehind: left,
  })
}

function heading(output: Output, number: number, text: string): void {
  output.print(output.style('bold', `${number}  ${text}`))
}
