import { type Command, InvalidArgumentError } from 'commander'
import { runDemo } from '../demo/demo.ts'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command
    .option('--seconds <n>', 'how long each algorithm sends', number({ above: 0, atMost: 3600 }), 3)
    .option('--flows <n>', 'connections at once', number({ above: 0, atMost: 1000, whole: true }), 2)
    .action(async (options: { seconds: number; flows: number }) => {
      await runDemo(options, output)
    })
}

function number({ above, atMost, whole = false }: { above: number; atMost: number; whole?: boolean }) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value > above && value <= atMost && (!whole || Number.isInteger(value))) return value
    throw new InvalidArgumentError(`It takes a ${whole ? 'whole ' : ''}number above ${above}, at most ${atMost}.`)
  }
}
