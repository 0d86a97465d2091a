import { type Command, CommanderError } from 'commander'
import { exitCode } from '../src/errors/index.ts'
import { Interrupted } from './interrupted.ts'
import { Output } from './output/output.ts'
import { buildProgram } from './program.ts'
import { reportError } from './errors/report-error.ts'
import { isBare, usageError } from './errors/usage-error.ts'

/** Runs the command line and returns the exit code. stdout carries data only; everything else goes to stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  const output = new Output()
  // A mistake in the command line is told before the options are known, and in JSON to those who asked for it.
  output.json = optionsOf(argv).includes('--json')
  const program = await buildProgram(output, (name) => argv.includes(name))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return output.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return answer(error, argv, program, output)
    if (error instanceof Interrupted) return output.exitCode || error.exitCode
    reportError(error, output)
    return exitCode(error)
  }
}

/** Commander throws both for what it has answered itself, such as `--help`, and for what it does not understand. */
function answer(error: CommanderError, argv: readonly string[], program: Command, output: Output): number {
  if (error.exitCode === 0) return 0
  const told = usageError(error, argv)
  if (argv.length === 0 && isBare(error)) output.error(program.helpInformation().trimEnd())
  else reportError(told, output)
  return exitCode(told)
}

/** What stands before a `--`, behind which nothing is an option. */
const optionsOf = (argv: readonly string[]): readonly string[] =>
  argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
