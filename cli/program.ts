import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { commands } from './commands.ts'
import type { Output, OutputOptions } from './output/output.ts'

/**
 * The command line. A command is complete only when it is `wanted`: the others are there by name, so that their code is
 * not loaded.
 */
export async function buildProgram(output: Output, wanted: (name: string) => boolean): Promise<Command> {
  const program = new Command('ccdk')
    .description('A development kit for TCP congestion control on Linux BPF struct_ops')
    .option('-V, --version', 'print the version')
    .on('option:version', () => {
      // Read only now: finding the package takes a millisecond.
      process.stdout.write(`${packageVersion()}\n`)
      throw new CommanderError(0, 'commander.version', 'the version was asked for')
    })
    .helpCommand('help [command]', 'print the help of a command')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .option('--json', 'print one JSON document instead of text')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('-q, --quiet', 'only data and errors, no remarks')
    .option('-v, --verbose', "more on stderr: a verifier's whole log, what lies behind an error")
    .hook('preAction', (_, action) => output.configure(action.optsWithGlobals<OutputOptions>()))
  for (const { name, summary, argument, load } of commands) {
    // Settings such as what throws and what prints are inherited.
    const command = program.command(name).summary(summary).description(sentence(summary))
    command.helpOption('-h, --help', 'print this help')
    if (argument !== undefined) command.argument(argument.syntax, argument.text)
    if (!wanted(name)) continue
    const module = await load()
    module.configure(command, output)
  }
  return program
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function packageVersion(): string {
  const file = new URL(import.meta.resolve('ccdk/package.json'))
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version
}
