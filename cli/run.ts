import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { exitCode } from '../src/errors/index.ts'
import { type CommandEntry, commands } from './commands.ts'
import { Interrupted } from './interrupted.ts'
import { Output, type OutputOptions } from './output.ts'
import { reportError } from './report-error.ts'

/** Runs the command line and returns the exit code. stdout carries data only; everything else goes to stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  const output = new Output()
  try {
    const program = await buildProgram(argv, output)
    await program.parseAsync(argv, { from: 'user' })
    return output.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Interrupted) return error.exitCode
    reportError(error, output)
    return exitCode(error)
  }
}

/** Only the command that is asked for is loaded: the others are there by name, for the help. */
async function buildProgram(argv: readonly string[], output: Output): Promise<Command> {
  const program = new Command('ccdk')
    .description('A development kit for TCP congestion control on Linux BPF struct_ops')
    .option('-V, --version', 'print the version')
    .on('option:version', () => {
      output.print(packageVersion())
      throw new CommanderError(0, 'commander.version', '')
    })
    .helpCommand('help [command]', 'print the help of a command')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(ccdk --help lists the commands)')
    .exitOverride()
  const named = new Set(argv.filter((word) => !word.startsWith('-')))
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.summary)
    if (named.has(entry.name)) await complete(command, entry, output)
  }
  return program
}

async function complete(command: Command, entry: CommandEntry, output: Output): Promise<void> {
  addCommonOptions(command.helpOption('-h, --help', 'print this help').exitOverride())
  const module = await entry.load()
  module.configure(command, output)
  command.hook('preAction', (_, action) => output.configure(action.opts<OutputOptions>()))
}

function addCommonOptions(command: Command): void {
  command
    .option('--json', 'print one JSON document')
    .option('--color <when>', 'auto, always or never', 'auto')
    .option('-q, --quiet', 'no progress or notes on stderr')
    .option('-v, --verbose', 'more on stderr: whole verifier logs, causes of errors')
}

function packageVersion(): string {
  const file = new URL(import.meta.resolve('ccdk/package.json'))
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version
}
