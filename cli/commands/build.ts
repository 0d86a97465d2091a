import type { Command } from 'commander'
import { type BuiltObject, buildObject, type Clang } from '../../src/compiler/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { addBuildOptions, type BuildOptions, buildRequest } from '../options/build-options.ts'
import { contentsOf } from '../output/contents.ts'
import type { Output } from '../output/output.ts'
import { count, milliseconds } from '../output/units.ts'
import { writeOutput } from '../files/write-output.ts'

interface Options extends BuildOptions {
  output?: string
}

export function configure(command: Command, output: Output): void {
  addBuildOptions(command)
    .option('-o, --output <file>', 'the object file to write, instead of NAME.bpf.o beside the source')
    .action(async (source: string, words: string[], options: Options) => {
      const file = options.output ?? `${source.replace(/\.c$/, '')}.o`
      if (file === source) throw new UsageError(`${file} is the source itself`)
      const started = performance.now()
      const request = await buildRequest(source, file, { ...options, words }, output)
      const built = await buildObject(request)
      if (built.words !== '' && !output.json) output.error(built.words.trimEnd())
      writeOutput(file, built.bytes)
      tell({ ...built, file, source, clang: request.clang, ms: performance.now() - started }, output)
    })
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
