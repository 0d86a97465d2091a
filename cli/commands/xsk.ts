import { type Command, Option } from 'commander'
import { largestSnaplen } from '../../src/packets/index.ts'
import { number } from '../options/number.ts'
import type { Output, OutputOptions } from '../output/output.ts'
import { dump, type DumpOptions } from '../xsk/dump.ts'

export function configure(command: Command, output: Output): void {
  command
    .command('dump')
    .summary('take the packets of an interface, print or write them, and count')
    .description('Take the packets that an interface receives through AF_XDP, and print or write them. They do not reach the kernel, unless --pass is given.')
    .argument('<interface>', 'whose packets')
    .option('--queue <n>', 'only this receive queue', number({ atLeast: 0, atMost: 0xffff, whole: true }))
    .option('--netns <which>', 'the network namespace that it is in: a process id, a name, a path or own')
    .option('--count <n>', 'end after so many packets', number({ above: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }))
    .option('--seconds <n>', 'end after so long', number({ above: 0, atMost: 1e6 }))
    .option('--hex', 'also the bytes of each packet')
    .option('-w, --write <file>', 'write a pcap file, - for stdout, instead of printing packets')
    .option('--snaplen <n>', 'the most bytes of a packet that are kept', number({ above: 0, atMost: largestSnaplen, whole: true }), largestSnaplen)
    .option('--watch', 'with --json: a document for each packet, before that of the totals')
    .addOption(new Option('--mode <mode>', 'where the XDP program runs; if it is left out, in the driver if that can').choices(['native', 'generic']))
    .option('--pass', 'only look: copy packets on their way to the kernel, without AF_XDP')
    .option('--zero-copy', 'only if the driver hands packets over without a copy')
    .action(async (device: string, options: DumpOptions, own: Command) => {
      const { quiet = false } = own.optsWithGlobals<OutputOptions>()
      await dump(device, { ...options, quiet }, output)
    })
}
