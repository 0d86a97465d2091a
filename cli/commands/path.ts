import { type Command, Option } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { addOne } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'
import type { CertifyOptions } from '../path/certify.ts'
import type { SetOptions } from '../path/set.ts'
import type { UpOptions } from '../path/up.ts'

/** What both `up` and `set` can say of a link. */
const addLinkOptions = (command: Command): Command =>
  command
    .option('--rate <rate>', 'of the link, 100mbit, in both directions')
    .option('--rtt <time>', 'there and back, 20ms: half of it in each direction')
    .option('--limit <size>', 'of the queue: 1bdp, 100p (packets) or 64kb')
    .option('--loss <probability>', 'of packets that are lost whatever the queue does, 0.1%')
    .option('--jitter <time>', 'by how much the delay varies either way')
    .option('--duplicate <probability>', 'of packets that come twice')

/** What only a path has that is still to be made. */
const addPathOptions = (command: Command): Command =>
  addLinkOptions(command)
    .option('--queue <discipline>', 'droptail, codel, fq_codel or pie')
    .option('--ecn <step>', 'mark packets that find more than this in the queue: 20p; or on, for a discipline that marks')
    .option('--clients <n>', 'hosts at the left end', wholeNumber)
    .option('--servers <n>', 'hosts at the right end', wholeNumber)
    .option('--mtu <bytes>', 'the largest IP packet')
    .option('--seed <n>', 'of all that is random', wholeNumber)

const forwardingOption = (): Option =>
  new Option('--with <what>', 'what forwards: our emulator, or netem and other qdiscs of the kernel').choices(['emulator', 'netem']).default('emulator')

const specHelp = 'a file that says what the path is (docs/paths.md), instead of the options of the link'

export function configure(command: Command, output: Output): void {
  addPathOptions(
    command
      .command('up')
      .summary('make hosts and a path between them, and run a command there')
      .description(
        'Make a client and a server with a path between them, and run a command on the client: behind --, or a shell. When it has ended everything is taken away.',
      )
      .argument('[spec]', specHelp)
      .argument('[command...]', 'behind --: what to run on the client, where the server is called server'),
  )
    .option('--server <command>', 'start this on every server first, as a shell takes it: iperf3 -s')
    .option('--sysctl <name=value>', 'a setting of every host, net.ipv4.tcp_ecn=1; may be repeated', addOne)
    .option('--name <name>', 'what the path is called; path-PID unless it is given')
    .addOption(forwardingOption())
    .option('--frames <n>', 'room for so many packets on their way', wholeNumber)
    .option('--telemetry <file>', 'note what happens to every packet')
    .action(async (spec: string | undefined, words: string[], options: UpOptions) => {
      await (await import('../path/up.ts')).up({ ...separate(spec, words), options }, output)
    })
  addLinkOptions(
    command
      .command('set')
      .summary('change a path while it is up')
      .description('Change the link of a path that is up, from another terminal. What is not said stays as it is.')
      .argument('[path]', 'its name, or the id of its process; the only one when left out'),
  )
    .option('--delay <time>', 'of one direction')
    .option('--link <n>', 'of two links the second: 2', wholeNumber)
    .option('--reverse', 'the direction from the servers to the clients')
    .action(async (path: string | undefined, options: SetOptions) => {
      await (await import('../path/set.ts')).set(path, options, output)
    })
  addPathOptions(
    command
      .command('certify')
      .summary('measure whether a path is what was asked for')
      .description('Make a path, measure it with probes through the kernels of its ends, and print what was asked for against what was measured.')
      .argument('[spec]', specHelp),
  )
    .option('--quick', 'in a few seconds: rare losses cannot be told then')
    .addOption(forwardingOption())
    .option('--within <name=value>', 'how far it may be off: rate=1%, delay=100us, p99=1ms, confidence=99.9%; may be repeated', addOne)
    .action(async (spec: string | undefined, options: CertifyOptions) => {
      await (await import('../path/certify.ts')).certify(spec, options, output)
    })
  command
    .command('list')
    .summary('the paths that are up')
    .description('List the paths that are up, with their hosts and what has happened to packets.')
    .action(async () => (await import('../path/list.ts')).list(output))
}

const wholeNumber = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN)

/** Which words are the command: commander gives those behind `--` to the first arguments that have none. */
function separate(spec: string | undefined, words: readonly string[]): { spec: string | undefined; command: readonly string[] } {
  const all = [...(spec === undefined ? [] : [spec]), ...words]
  const argv = process.argv.slice(2)
  const behind = argv.includes('--') ? argv.length - argv.indexOf('--') - 1 : 0
  const [own, ...others] = all.slice(0, all.length - behind)
  if (others.length > 0) throw new UsageError(`one file at a time: ${others[0]} is one too many`, { hint: 'a command stands behind --' })
  return { spec: own, command: all.slice(all.length - behind) }
}
