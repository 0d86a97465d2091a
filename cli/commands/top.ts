import { type Command, Option } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { RecordingWriter } from '../../src/monitor/index.ts'
import { number } from '../options/number.ts'
import { addNames } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'
import { openMonitor } from '../top/open-monitor.ts'
import { period, queryOf, type TopOptions } from '../top/options.ts'
import { follow, type Job, openReplay, printOnce, printRecorded, serveMetrics } from '../top/scripts.ts'
import { showMonitor, showReplay } from '../top/screen.ts'
import { placeOf } from '../top/serve.ts'
import { views } from '../tui/keys/table.ts'

const whole = number({ above: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true })

export function configure(command: Command, output: Output): void {
  command
    .option('--watch', 'with --json: a document each period, one a line')
    .option('--period <time>', 'from one look to the next', period, 1000)
    .option('--count <n>', 'end after so many looks', whole)
    .option('--filter <expression>', 'only these sockets: cc=bpf_* and (srtt>10ms or not state=ESTABLISHED)')
    .option('--sort <figure>', 'by what sockets are sorted, as a filter calls it')
    .option('--reverse', 'the other way round')
    .option('--limit <n>', 'show at most so many sockets', whole)
    .option('--netns <which>', 'only sockets of these network namespaces: process ids, names, paths, own or all', addNames)
    .option('--record <file>', 'also write what is seen to this file')
    .option('--replay <file>', 'show what was recorded instead of this machine: it takes no rights')
    .option('--prometheus <address>', 'serve metrics at this port of the loopback, such as :9464', placeOf)
    .addOption(new Option('--view <name>', 'what the screen shows first').choices(views))
    .option('--readonly', 'nothing can be changed from the screen')
    .action((options: TopOptions) => top(options, output))
}

async function top(options: TopOptions, output: Output): Promise<void> {
  checkTogether(options, output)
  const { replay, record, prometheus, period: every, count } = options
  const job: Job = { period: every, query: queryOf(options), ...(count === undefined ? {} : { count }) }
  if (replay !== undefined) {
    using source = await openReplay(replay)
    if (isForPeople(options, output)) return await showReplay(source, options, output)
    await printRecorded(source, options.watch === true ? job : { ...job, count: 1 }, output)
    return
  }
  using opened = openMonitor(options.netns)
  if (prometheus !== undefined) return await serveMetrics(opened.monitor, prometheus, output)
  using recorder = record === undefined ? undefined : new RecordingWriter(record)
  if (isForPeople(options, output)) return await showMonitor(opened, recorder, options, output)
  if (recorder !== undefined) job.recorder = recorder
  if (output.json && options.watch !== true) await printOnce(opened.monitor, job, output)
  else await follow(opened.monitor, job, output)
}

function checkTogether(options: TopOptions, output: Output): void {
  const { watch, replay, record, prometheus, count, limit } = options
  const given = Object.entries({ replay, record, prometheus }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]))
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} do not go together`)
  if (prometheus !== undefined) throwUnused(options)
  if (watch === true && !output.json) throw new UsageError('--watch is for --json: the screen is live anyway')
  if (count !== undefined && (output.json ? watch !== true : record === undefined)) throw new UsageError('--count is for --watch --json, and for --record without a screen')
  if (limit !== undefined && isForPeople(options, output)) throw new UsageError('--limit is for --json: the screen shows as many sockets as there is room for')
}

/** Metrics are of all sockets, and nobody draws them. */
function throwUnused({ watch, filter, sort, reverse, limit, view, readonly }: TopOptions): void {
  const unused = Object.entries({ watch, filter, sort, reverse, limit, view, readonly }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]))
  if (unused.length > 0) throw new UsageError(`--prometheus serves metrics of all sockets: ${unused.join(' and ')} would do nothing`)
}

/** Recording needs no screen where there is none, or with an end. */
function isForPeople({ record, prometheus, count }: TopOptions, output: Output): boolean {
  if (output.json || prometheus !== undefined || count !== undefined) return false
  return record === undefined || process.stdout.isTTY
}
