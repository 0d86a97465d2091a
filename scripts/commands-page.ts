import type { Command, Option } from 'commander'
import { Output } from '../cli/output/output.ts'
import { buildProgram } from '../cli/program.ts'

/** The page that describes every command, from what commander knows of it. */
export async function commandsPage(): Promise<string> {
  const program = await buildProgram(new Output(), () => true)
  const sections = program.commands.map((command) => section(command, 'ccdk'))
  const page = [
    '# Commands',
    '`npm run docs` writes this page from the definitions in `cli/`: change it there. From a clone the command is',
    '`npx ccdk`, after an installation `ccdk`.',
    '',
    ...sections,
    '## Options of every command',
    '',
    'They may stand before the command or behind it.',
    '',
    ...program.options.map(item),
    '',
    'What a command exits with, and what it prints under `--json` when it fails, is in [errors.md](errors.md).',
    '',
  ]
  return page.join('\n').replace('# Commands\n', '# Commands\n\n')
}

function section(command: Command, path: string, depth = 2): string {
  const name = `${path} ${command.name()}`
  const parts = [`${'#'.repeat(depth)} ${name}`, command.description()]
  const subsections = command.commands.map((sub) => section(sub, name, depth + 1))
  // What has an argument of its own can be run by itself too.
  if (subsections.length > 0 && command.registeredArguments.length === 0) return [...parts, ...subsections].join('\n\n')
  const items = [
    ...command.registeredArguments.map(
      (argument) => `- \`${bracketed(argument)}\`: ${argument.description}${standard(argument.defaultValue)}`,
    ),
    ...command.options.map(item),
  ]
  parts.push(`\`${name} ${command.usage()}\``)
  if (items.length > 0) parts.push(items.join('\n'))
  return `${[...parts, ...subsections].join('\n\n')}\n`
}

function bracketed(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

const item = ({ flags, description, defaultValue, argChoices }: Option): string => {
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`
  return `- \`${flags}\`: ${description}${choices}${standard(defaultValue)}`
}

const standard = (value: unknown): string =>
  value === undefined ? '' : `; \`${typeof value === 'string' ? value : JSON.stringify(value)}\` unless it is given`
