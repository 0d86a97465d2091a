import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { openObject } from '../../src/loader/index.ts'
import { existingOption, namespacesOption, onlyOption, optionalOption, setOption } from '../options/shared-options.ts'
import { namespacesOf } from '../options/namespaces.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'
import { choose } from '../register/choose.ts'
import { type SwitchOptions, switchObject } from '../switch/switch-object.ts'
import { tellSwitched } from '../switch/tell.ts'

interface Options extends Pick<SwitchOptions, 'registered' | 'existing' | 'replace'> {
  only?: string[]
  name?: string
  optional?: string[]
  netns?: string[]
  set?: string[]
}

export function configure(command: Command, output: Output): void {
  command
    .option(...onlyOption)
    .option('--name <name>', 'give the new version this name, which has to be the old one\'s')
    .option('--registered <which>', 'take the place of this link, map or pin, instead of what has the name')
    .option(...existingOption)
    .option(...namespacesOption)
    .option('--replace', 'where there is no link: unregister the old version, then register the new one')
    .option(...optionalOption)
    .option(...setOption)
    .action((file: string, { netns, only, name, optional, set = [], ...options }: Options) => {
      const object = openObject(readInput(file), file)
      choose(object, {
        ...(only === undefined ? {} : { only }),
        ...(name === undefined ? {} : { name }),
        ...(optional === undefined ? {} : { optional }),
        set,
      })
      const namespaces = namespacesOf(netns)
      using target = new LinuxTarget()
      const { switched, notes } = switchObject(object, target, {
        ...options,
        ...(namespaces === undefined ? {} : { namespaces }),
      })
      for (const note of notes) output.note(note)
      tellSwitched(switched, notes, output)
    })
}
