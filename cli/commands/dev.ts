import { resolve } from 'node:path'
import type { Command } from 'commander'
import { addBuildOptions, type BuildOptions, buildRequest } from '../options/build-options.ts'
import { develop } from '../dev/develop.ts'
import { existingOption, namespacesOption, onlyOption, optionalOption, setOption } from '../options/shared-options.ts'
import { namespacesOf } from '../options/namespaces.ts'
import type { Output } from '../output/output.ts'
import type { Choice } from '../register/choose.ts'

interface Options extends BuildOptions, Choice {
  existing?: boolean
  netns?: string[]
}

export function configure(command: Command, output: Output): void {
  addBuildOptions(command)
    .option(...onlyOption)
    .option('--name <name>', 'register the algorithm under another name')
    .option('--pin <dir>', 'keep links in this directory of the BPF file system, also when the command has ended', (directory) => resolve(directory))
    .option(...optionalOption)
    .option(...setOption)
    .option(...existingOption)
    .option(...namespacesOption)
    .action(async (source: string, words: string[], { existing = false, netns, ...options }: Options) => {
      const object = `${source.replace(/\.c$/, '')}.o`
      const namespaces = namespacesOf(netns)
      const build = await buildRequest(source, object, { ...options, words }, output)
      const place = { existing, ...(namespaces === undefined ? {} : { namespaces }) }
      await develop({ build, choice: options, place }, output)
    })
}
