import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { projectFiles, type Template, templates } from '../new/project.ts'
import type { Output } from '../output.ts'

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
      makeDirectory(dir, directory)
      for (const [file, text] of files) writeFileSync(join(directory, file), text, { flag: 'wx' })
      output.document({ name, template, directory, files: [...files.keys()] })
      output.print(`${output.style('bold', directory)}: ${[...files.keys()].join(', ')}, from ${template}`)
      output.note(nextSteps(name, directory))
    })
}

function makeDirectory(parent: string, directory: string): void {
  try {
    mkdirSync(parent, { recursive: true })
    mkdirSync(directory)
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const why = exists ? 'it is there already' : cause instanceof Error ? cause.message : String(cause)
    const hint = exists ? 'choose another name, or another place with --dir' : ''
    throw new UsageError(`cannot make ${directory}: ${why}`, { hint, cause })
  }
}

const nextSteps = (name: string, directory: string): string => `next:
  cd ${directory}
  ccdk build ${name}.bpf.c
  ccdk check ${name}.bpf.o
  sudo ccdk register ${name}.bpf.o
or, on every save:
  sudo ccdk dev ${name}.bpf.c`
