import type { Command } from 'commander'
import { runDemo } from '../demo/demo.ts'
import { number } from '../options/number.ts'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command
    .option('--seconds <n>', 'how long each algorithm sends', number({ above: 0, atMost: 3600 }), 3)
    .option('--flows <n>', 'connections at once', number({ above: 0, atMost: 1000, whole: true }), 2)
    .action(async (options: { seconds: number; flows: number }) => {
      await runDemo(options, output)
    })
}
