import type { Command } from 'commander'
import { type BuildRequest, findClang } from '../../src/compiler/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'

/** How a source is compiled. */
export interface BuildOptions {
  clang?: string
  define?: string[]
  include?: string[]
  cflags?: string[]
}

const append = (word: string, before: readonly string[] = []): string[] => [...before, word]
const appendWords = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(/\s+/).filter((word) => word !== ''),
]

/** For commands that compile. */
export const addBuildOptions = (command: Command): Command =>
  command
    .argument('[clang-options...]', 'behind --: options for clang')
    .option('--clang <program>', 'the compiler, instead of the newest clang on PATH')
    .option('-D, --define <macro>', 'a macro for the source, NAME or NAME=VALUE; may be repeated', append)
    .option('-I, --include <dir>', 'a directory of headers; may be repeated', append)
    .option('--cflags <options>', 'options for clang, between spaces; may be repeated', appendWords)

/** What is to be built: `words` are those behind the source, and `object` is what messages call the result. */
export async function buildRequest(
  source: string,
  object: string,
  { words, ...options }: BuildOptions & { words: readonly string[] },
  output: Output,
): Promise<BuildRequest> {
  const flags = flagsOf(options, words)
  // Says why it cannot be read in the same words as everything else.
  readInput(source)
  // Of another name, clang would make nothing and say nothing.
  if (!source.endsWith('.c')) throw new UsageError(`${source} is no source in C: its name does not end in .c`)
  return {
    source,
    object,
    clang: await findClang(options.clang),
    flags,
    colour: !output.json && output.hasColour(process.stderr),
    onCommand: (line) => output.verbose && output.note(line.map(quoted).join(' ')),
  }
}

function flagsOf({ define = [], include = [], cflags = [] }: BuildOptions, words: readonly string[]): string[] {
  const [first] = words
  if (first !== undefined && !first.startsWith('-')) {
    throw new UsageError(`one source at a time: ${first} is one too many`, { hint: 'ccdk link makes one object of several' })
  }
  return [...define.map((macro) => `-D${macro}`), ...include.map((directory) => `-I${directory}`), ...cflags, ...words]
}

/** As a shell would take it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)
