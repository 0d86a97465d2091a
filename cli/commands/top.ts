import type { Command } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { number } from '../options/number.ts'
import { addNames } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'
import { openMonitor } from '../top/open-monitor.ts'
import { period, queryOf, type TopOptions } from '../top/options.ts'
import { printAll, printOnce } from '../top/scripts.ts'

const whole = number({ above: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true })

export function configure(command: Command, output: Output): void {
  command
    .option('--watch', 'with --json: a document each period, one a line')
    .option('--period <time>', 'from one look to the next', period, 1000)
    .option('--count <n>', 'with --watch: end after so many', whole)
    .option('--filter <expression>', 'only these sockets: cc=bpf_* and (srtt>10ms or not state=ESTABLISHED)')
    .option('--sort <figure>', 'by what sockets are sorted, as a filter calls it')
    .option('--reverse', 'the other way round')
    .option('--limit <n>', 'show at most so many sockets', whole)
    .option('--netns <which>', 'only sockets of these network namespaces: process ids, names, paths, own or all', addNames)
    .action(async (options: TopOptions) => {
      const { period: every, watch: isWatched, count } = options
      if (!output.json) throw new UsageError('give --json: there is no view for people yet')
      const pace = { period: every, query: queryOf(options) }
      using opened = openMonitor(options.netns)
      if (isWatched === true) await printAll(opened.monitor, count === undefined ? pace : { ...pace, count }, output)
      else await printOnce(opened.monitor, pace, output)
    })
}
