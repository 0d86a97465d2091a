import type { Command } from 'commander'
import { type BpfObject, openObject, type PreparedObject, prepare } from '../../src/loader/index.ts'
import { type KernelCheck, kernelCheck, toldApart, verdict } from '../check/kernel-check.ts'
import { printMany } from '../check/many-kernels.ts'
import { printOne } from '../check/one-kernel.ts'
import { contentsOf } from '../output/contents.ts'
import { kernelFacts } from '../files/kernel-facts.ts'
import { setOptional } from '../options/optional-members.ts'
import { addOne, optionalOption, setOption } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'
import { setValues } from '../register/set-values.ts'

interface Options {
  btf?: string[]
  optional?: string[]
  set?: string[]
}

export function configure(command: Command, output: Output): void {
  command
    .option(
      '--btf <file>',
      "a kernel instead of the one that runs: its boot image, its vmlinux or its types as raw BTF, compressed or not; may be repeated",
      addOne,
    )
    .option(...optionalOption)
    .option(...setOption)
    .action(async (file: string, { btf, optional = [], set = [] }: Options) => {
      const object = open(file, optional, set)
      const checks: KernelCheck[] = []
      let last: PreparedObject | undefined
      // One after the other, and of each only what it came to is kept: a kernel's types take megabytes.
      for (const kernel of btf ?? [undefined]) {
        const { facts, withModules } = await kernelFacts(kernel)
        last = prepare(object, facts)
        const lacks = last.problems.length > 0 || last.programs.some(({ missing }) => missing.length > 0)
        if (withModules !== undefined && lacks) last = prepare(object, await withModules())
        checks.push(kernelCheck(last, kernel ?? null))
      }
      const all = toldApart(checks)
      output.document({ object: file, checks: all })
      output.print(`${output.style('bold', file)}: ${contentsOf(object)}`)
      const [only, ...others] = all
      if (last !== undefined && only !== undefined && others.length === 0) printOne(last, only, output)
      else printMany(object, all, output)
      // A check is done when it has answered; what it found decides how it ends.
      output.exitCode = verdict(all)
    })
}

function open(file: string, optional: readonly string[], set: readonly string[]): BpfObject {
  const object = openObject(readInput(file), file)
  setValues(object, set)
  setOptional(object, optional)
  return object
}
