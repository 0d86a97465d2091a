import type { Command } from 'commander'
import type { AbOptions } from '../ab/options.ts'
import type { QuickOptions } from '../ab/quick.ts'
import { addOne } from '../options/shared-options.ts'
import { number } from '../options/number.ts'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command
    .option('--dry-run', 'say what would be run and how long that takes, and run nothing')
    .option('--blocks <n>', 'how often everything is run, whatever the spec says', number({ above: 0, atMost: 1000, whole: true }))
    .option('--arm <name=algorithm>', 'another algorithm for an arm of the spec, B=my.bpf.o or B=bbr; may be repeated', addOne)
    .option('--out <dir>', 'the directory to make for what is found; NAME-DATE unless it is given')
    .option('--resume <dir>', 'go on with an experiment that was stopped: run what has no valid result yet')
    .option('--from <bundle>', 'run the experiment of such a directory again, with its objects')
    .action(async (spec: string | undefined, options: AbOptions) => {
      await (await import('../ab/ab.ts')).ab(spec, options, output)
    })
  command
    .command('quick')
    .summary('compare two algorithms on one path, without a file')
    .description(
      'Compare two algorithms on one path: names of what the kernel has, of what is registered or of ccdk\'s examples, or object files. It takes the options of ccdk ab too.',
    )
    .argument('<a>', 'the baseline: cubic, or my.bpf.o')
    .argument('<b>', 'what is compared with it')
    .option('--rate <rate>', 'of the link', '100mbit')
    .option('--rtt <time>', 'there and back', '20ms')
    .option('--limit <size>', 'of the queue: 1bdp, 100p (packets) or 64kb', '1bdp')
    .option('--ecn <step>', 'mark packets that find more than this in the queue: 20p')
    .option('--loss <probability>', 'of packets that are lost whatever the queue does, 0.1%')
    .option('--flows <n>', 'connections at once', number({ above: 0, atMost: 1000, whole: true }), 2)
    .option('--seconds <n>', 'for how long they send', number({ above: 0, atMost: 3600 }), 5)
    .option('--late <time>', 'a trial is valid when 99 of 100 packets left the emulator no later than this', '1ms')
    .option('--mixed', 'run both arms on one link too: each has half of the flows')
    .action(async (a: string, b: string, _: object, quick: Command) => {
      await (await import('../ab/ab.ts')).abQuick([a, b], quick.optsWithGlobals<QuickOptions & AbOptions>(), output)
    })
}
