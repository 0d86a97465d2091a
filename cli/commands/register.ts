import { resolve } from 'node:path'
import type { Command } from 'commander'
import { registerObject, type RegisterOptions } from '../register/register-object.ts'
import { addNames } from '../list-option.ts'
import type { Output } from '../output.ts'

export function configure(command: Command, output: Output): void {
  command
    .option('--only <maps>', 'only these struct_ops maps, a,b, among them those of "?" sections', addNames)
    .option('--name <name>', 'register the algorithm under another name')
    .option('--pin <dir>', 'keep links in this directory of the BPF file system', (directory) => resolve(directory))
    .option('--optional <members>', 'members that may be left out on a kernel that lacks them, a,b', addNames)
    .action(async (file: string, options: RegisterOptions) => {
      await registerObject(file, options, output)
    })
}
