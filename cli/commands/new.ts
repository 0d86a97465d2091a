import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Command, Option } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { projectFiles, type Template, templates } from '../new/project.ts'
import type { Output } from '../output/output.ts'
import { reasonOf } from '../errors/reason-of.ts'
import { writeOutput } from '../files/write-output.ts'

interface Options {
  template: Template
  dir: string
}

export function configure(command: Command, output: Output): void {
  command
    .addOption(new Option('--template <name>', 'what to begin from').choices(templates).default('reno'))
    .option('--dir <dir>', 'where to make the directory', '.')
    .action((name: string, { template, dir }: Options) => {
      const files = projectFiles(name, template)
      const directory = join(dir, name)
      makeDirectory(directory)
      for (const [file, text] of files) writeOutput(join(directory, file), Buffer.from(text))
      output.document({ name, template, directory, files: [...files.keys()] })
      output.print(`${output.style('bold', directory)}: ${[...files.keys()].join(', ')}, from ${template}`)
      output.note(nextSteps(name, directory))
    })
}

/** With those above it that are missing. */
function makeDirectory(directory: string): void {
  try {
    makeAbove(directory)
    mkdirSync(directory)
    return
  } catch (cause) {
    const isFile = existsSync(directory)
    if (!isFile) throw new UsageError(`cannot make ${directory}: ${reasonOf(cause, own)}`, { cause })
  }
  throw new UsageError(`cannot make ${directory}: it is there already`, { hint: 'choose another name, or another place with --dir' })
}

/** One by one: where a file system makes no directories, as /proc, node's recursive mkdir would try for ever. */
function makeAbove(directory: string): void {
  const above = dirname(directory)
  if (existsSync(above)) return
  makeAbove(above)
  mkdirSync(above)
}

const own = { ENOENT: 'no directory can be made there', EACCES: 'you may not write there' }

const nextSteps = (name: string, directory: string): string => `next:
  cd ${directory}
  ccdk build ${name}.bpf.c
  ccdk check ${name}.bpf.o
  sudo ccdk register ${name}.bpf.o
or, on every save:
  sudo ccdk dev ${name}.bpf.c`
