import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { openObject } from '../../src/loader/index.ts'
import { addNames, setOption } from '../list-option.ts'
import { namespacesOf } from '../namespaces.ts'
import type { Output } from '../output.ts'
import { readInput } from '../read-input.ts'
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
    .option('--only <maps>', 'only these struct_ops maps, a,b, among them those of "?" sections', addNames)
    .option('--name <name>', 'give the new version this name, which has to be the old one\'s')
    .option('--registered <which>', 'take the place of this link, map or pin, instead of what has the name')
    .option('--existing', 'also move open connections, and sockets that listen, to the new version')
    .option('--netns <which>', 'move them in these network namespaces alone: process ids, names, paths, own or all', addNames)
    .option('--replace', 'where there is no link: unregister the old version, then register the new one')
    .option('--optional <members>', 'members that may be left out on a kernel that lacks them, a,b', addNames)
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
