import type { Command } from 'commander'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command
    .description('Write report.html anew from what an experiment has stored: one page that opens alone.')
    .option('-o, --output <file>', 'where', 'DIR/report.html')
    .action(async (directory: string, { output: file }: { output: string }) => {
      const isGiven = command.getOptionValueSource('output') === 'cli'
      const { report } = await import('../experiment/report.ts')
      report(directory, isGiven ? file : undefined, output)
    })
}
