import type { Command } from 'commander'
import { type BuiltObject, buildObject, type Clang, findClang } from '../../src/compiler/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { contentsOf } from '../contents.ts'
import type { Output } from '../output.ts'
import { readInput } from '../read-input.ts'
import { count, milliseconds } from '../units.ts'
import { writeOutput } from '../write-output.ts'

interface Options {
  output?: string
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

export function configure(command: Command, output: Output): void {
  command
    .argument('[clang-options...]', 'behind --: options for clang')
    .option('-o, --output <file>', 'the object file to write, instead of NAME.bpf.o beside the source')
    .option('--clang <program>', 'the compiler, instead of the newest clang on PATH')
    .option('-D, --define <macro>', 'a macro for the source, NAME or NAME=VALUE; may be repeated', append)
    .option('-I, --include <dir>', 'a directory of headers; may be repeated', append)
    .option('--cflags <options>', 'options for clang, between spaces; may be repeated', appendWords)
    .action(async (source: string, words: string[], options: Options) => {
      const file = options.output ?? `${source.replace(/\.c$/, '')}.o`
      const flags = flagsOf(options, words)
      // Says why it cannot be read in the same words as everything else.
      readInput(source)
      if (file === source) throw new UsageError(`${file} is the source itself`)
      const started = performance.now()
      const clang = await findClang(options.clang)
      const built = await buildObject({
        source,
        object: file,
        clang,
        flags,
        colour: !output.json && output.hasColour(process.stderr),
        onCommand: (line) => output.verbose && output.note(line.map(quoted).join(' ')),
      })
      if (built.words !== '' && !output.json) output.error(built.words.trimEnd())
      writeOutput(file, built.bytes)
      tell({ ...built, file, source, clang, ms: performance.now() - started }, output)
    })
}

function flagsOf({ define = [], include = [], cflags = [] }: Options, words: readonly string[]): string[] {
  const [first] = words
  if (first !== undefined && !first.startsWith('-')) {
    throw new UsageError(`one source at a time: ${first} is one too many`, { hint: 'ccdk link makes one object of several' })
  }
  return [...define.map((macro) => `-D${macro}`), ...include.map((directory) => `-I${directory}`), ...cflags, ...words]
}

interface Result extends BuiltObject {
  source: string
  file: string
  clang: Clang
  ms: number
}

function tell({ source, file, object, missing, bytes, clang, diagnostics, ms }: Result, output: Output): void {
  const { structOps = [], maps = [], programs = [] } = object ?? {}
  if (object !== undefined && structOps.length === 0) {
    output.note(`${file} has no variable in SEC(".struct_ops.link") or SEC(".struct_ops"): it registers nothing`)
  }
  output.document({
    source,
    object: file,
    bytes: bytes.length,
    clang,
    ms,
    structOps: structOps.map(({ name, section }) => ({ name, section })),
    maps: maps.map(({ name }) => name),
    programs: programs.map(({ name }) => name),
    missing,
    diagnostics,
  })
  const made = object === undefined ? `to be linked with what defines ${missing.join(', ')}` : contentsOf(object)
  const by = `${count(bytes.length, 'byte')}, by clang ${clang.version} in ${milliseconds(ms)}`
  output.print(`${output.style('bold', file)}: ${made}, ${by}`)
}

/** As a shell would take it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)
