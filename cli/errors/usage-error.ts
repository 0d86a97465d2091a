import type { CommanderError } from 'commander'
import { nearestName } from '../../src/btf-match/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { commands } from '../commands.ts'

/** What is wrong with a command line, as one of our errors: told like any other, and in JSON too. */
export function usageError(cause: CommanderError, argv: readonly string[]): UsageError {
  const [asked, subject] = argv.filter((word) => !word.startsWith('-'))
  const see = whereToLook(asked, subject)
  if (isBare(cause)) {
    // Commander shows its help where a command is missing, and also to `help NAME` for a name that it does not know.
    return asked === 'help' && subject !== undefined
      ? unknownCommand(subject, cause)
      : new UsageError('no command was given', { hint: see, cause })
  }
  const [text = '', guess] = cause.message.replace(/^error: /, '').split('\n')
  const nearest = /^\(Did you mean (?<words>.*)\?\)$/.exec(guess ?? '')?.groups?.['words']
  return new UsageError(text, { hint: nearest === undefined ? see : `did you mean ${nearest}? ${see}`, cause })
}

function whereToLook(asked: string | undefined, subject: string | undefined): string {
  const command = commands.find(({ name }) => name === asked)
  if (command === undefined) return 'ccdk --help lists the commands'
  const part = command.parts?.find((name) => name === subject)
  if (command.parts !== undefined && part === undefined) return `ccdk ${command.name} --help lists its commands`
  return `ccdk ${[command.name, ...(part === undefined ? [] : [part])].join(' ')} --help has the options`
}

/** Whether there was nothing to do but to show the help. */
export const isBare = ({ code }: CommanderError): boolean => code === 'commander.help'

function unknownCommand(name: string, cause: CommanderError): UsageError {
  const nearest = nearestName(
    name,
    commands.map((command) => command.name),
  )
  const guess = nearest === null ? '' : `did you mean ${nearest}? `
  return new UsageError(`unknown command '${name}'`, { hint: `${guess}ccdk --help lists the commands`, cause })
}
