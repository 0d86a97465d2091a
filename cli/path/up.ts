import { UsageError } from '../../src/errors/index.ts'
import { type Forwarding, openPath, type Path, type PathStatistics, servePath } from '../../src/emulator/index.ts'
import { Journal } from '../../src/journal/index.ts'
import { linkLines } from '../../src/spec/index.ts'
import { cleanUpFirst } from '../cleanup/first.ts'
import { reportError } from '../errors/report-error.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { namesOf, variablesOf } from './environment.ts'
import { cannotRun } from './find-program.ts'
import { pathFrom, type PathWords } from './options.ts'
import { runCommand } from './run-command.ts'
import { startServers } from './servers.ts'
import { directionTable, fellBehind } from './words.ts'

export interface UpOptions extends PathWords {
  server?: string
  sysctl?: string[]
  name?: string
  frames?: number
  telemetry?: string
  with?: Forwarding
}

interface Request {
  spec: string | undefined
  command: readonly string[]
  options: UpOptions
}

/** Makes a path, runs a command on its first client, and takes everything away when that has ended. */
export async function up({ spec, command: given, options }: Request, output: Output): Promise<void> {
  const wanted = pathFrom(spec, options)
  const command = given.length > 0 ? given : [process.env['SHELL'] || '/bin/sh']
  const refusal = cannotRun(command[0] ?? '')
  if (refusal !== undefined) {
    reportError(new UsageError(refusal.reason), output)
    output.exitCode = refusal.exitCode
    return
  }
  const { name = `path-${process.pid}`, frames, telemetry, sysctl = [], with: forwarding = 'emulator' } = options
  await cleanUpFirst(output)
  using journal = Journal.begin('path up')
  using _ = journal.note({ kind: 'children' })
  await using undo = new AsyncDisposableStack()
  const path = await whileUninterrupted(output, async (signal) => {
    const made = undo.use(
      await openPath(wanted, {
        with: forwarding,
        terminal: true,
        sysctls: Object.fromEntries(sysctl.map(readSysctl)),
        ...(frames === undefined ? {} : { frames }),
        ...(telemetry === undefined ? {} : { telemetry: { file: telemetry } }),
        tell: (step) => {
          signal.throwIfAborted()
          if (output.verbose) output.note(`${name}: ${step}`)
        },
      }),
    )
    undo.use(await servePath(made, name))
    return made
  })
  // The servers, and what the command has left in the background.
  undo.defer(() => journal.endChildren())
  await nameHosts(path, output)
  tellStart(name, path, output)
  const environment = { ...process.env, ...variablesOf(name, path.hosts), ...journal.environment }
  const [client] = path.clients
  if (client === undefined) return
  const started = performance.now()
  if (options.server !== undefined) await startServers(path.servers, options.server, environment)
  output.exitCode = await runCommand(client, command, { environment, broken: path.failed })
  const statistics = await path.statistics()
  const seconds = (performance.now() - started) / 1000
  tellEnd({ name, path, statistics, seconds }, output)
  await undo.disposeAsync()
}

/** Until the command runs, a signal ends what is being made. */
async function whileUninterrupted<T>(output: Output, make: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using ended = interruption(output.unread)
  const made = await make(ended.signal)
  ended.signal.throwIfAborted()
  return made
}

function readSysctl(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`"${text}" is no setting such as net.ipv4.tcp_ecn=1`)
  return [name, value]
}

async function nameHosts({ hosts }: Path<PathStatistics>, output: Output): Promise<void> {
  const names = namesOf(hosts)
  try {
    await Promise.all(hosts.map(({ host }) => host.nameHosts(names)))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    output.note(`the hosts have no names here, only addresses such as $CCDK_SERVER: ${reason}`)
  }
}

function tellStart(name: string, { hosts, links, offloadsKept }: Path<PathStatistics>, output: Output): void {
  for (const line of linkLines([...links])) output.note(`${name}: ${line}`)
  for (const { name: host, ipv4, ipv6 } of hosts) output.note(`  ${host}: ${ipv4}, ${ipv6}`)
  for (const { interface: where, offloads } of offloadsKept) {
    output.note(`  ${where} keeps ${offloads.join(', ')} on: its packets are not those of a wire`)
  }
}

interface Ended {
  name: string
  path: Path<PathStatistics>
  statistics: PathStatistics
  seconds: number
}

function tellEnd({ name, path, statistics, seconds }: Ended, output: Output): void {
  const lapses = statistics.lapses && fellBehind({ lapses: statistics.lapses })
  output.document({ path: { name, links: path.links, seconds, exitCode: output.exitCode, with: path.with, keptUp: lapses === undefined ? null : lapses.length === 0, statistics } })
  const kept = lapses === undefined ? 'the kernel does not tell whether it kept up' : lapses.length === 0 ? 'kept up' : `fell behind: ${lapses.join('; ')}`
  output.note(`${name}: ${seconds.toFixed(1)} s, ${kept}`)
  output.note(directionTable(statistics, [...path.links]))
}
