import { type Command, InvalidArgumentError } from 'commander'
import { runDemo } from '../demo/demo.ts'
import type { Output } from '../output.ts'

export function configure(command: Command, output: Output): void {
  command
    .option('--seconds <n>', 'how long each algorithm sends', positive, 3)
    .option('--flows <n>', 'connections at once', positive, 2)
    .action(async (options: { seconds: number; flows: number }) => {
      await runDemo(options, output)
    })
}

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0 && number <= 3600)) throw new InvalidArgumentError('a number above 0, at most 3600')
  return number
}
