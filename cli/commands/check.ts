import type { Command } from 'commander'
import { type CcdkError, errorDocument, exitCode } from '../../src/errors/index.ts'
import { type BpfObject, openObject, type PreparedObject, prepare } from '../../src/loader/index.ts'
import { contentsOf } from '../contents.ts'
import { kernelFacts } from '../kernel-facts.ts'
import { addNames, addOne, setOption } from '../list-option.ts'
import { matchTable } from '../match-table.ts'
import type { Output } from '../output.ts'
import { readInput } from '../read-input.ts'
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
      "a kernel's types, raw or in an ELF file, instead of the running kernel's; may be repeated",
      addOne,
    )
    .option('--optional <members>', 'members that may be left out on a kernel that lacks them, a,b', addNames)
    .option(...setOption)
    .action(async (file: string, { btf = [], optional = [], set = [] }: Options) => {
      const checks: PreparedObject[] = []
      for (const kernel of btf.length > 0 ? btf : [undefined]) {
        const object = open(file, optional, set)
        const prepared = prepare(object, await kernelFacts(kernel))
        if (checks.length > 0) output.print()
        print(prepared, output)
        checks.push(prepared)
      }
      output.document({ object: file, checks: checks.map(documentOf) })
      // A check is done when it has answered; what it found decides how it ends.
      output.exitCode = worst(checks.flatMap(({ problems }) => problems))
    })
}

function open(file: string, optional: readonly string[], set: readonly string[]): BpfObject {
  const object = openObject(readInput(file), file)
  setValues(object, set)
  for (const spec of object.structOps) for (const member of optional) spec.optional.add(member)
  return object
}

function documentOf({ facts, structOps, problems, notes }: PreparedObject): object {
  return {
    kernel: facts.name,
    fits: problems.length === 0,
    structOps: structOps.map(({ report }) => report),
    problems: problems.map((problem) => errorDocument(problem).error),
    notes,
  }
}

function print(prepared: PreparedObject, output: Output): void {
  const { object, facts, structOps, programs, problems, notes } = prepared
  output.print(`${output.style('bold', object.file)}: ${contentsOf(object)}`)
  for (const struct of structOps) output.print(`\n${matchTable(struct, output)}`)
  output.print()
  const left = object.structOps.filter(({ autocreate }) => !autocreate)
  for (const { name, section } of left) output.print(`${name} (${section}) is registered only when it is asked for`)
  const poisoned = programs.flatMap((program) => program.poisoned)
  for (const { function: name, access } of poisoned) output.print(`the kernel has no ${access}, which ${name} reads`)
  for (const note of notes) output.print(note)
  for (const problem of problems) {
    output.print(`${output.style('red', 'problem:')} ${problem.message}`)
    if (problem.hint !== '') output.print(`         ${problem.hint}`)
  }
  const verdict = problems.length === 0 ? output.style('green', 'fits') : output.style('red', 'does not fit')
  output.print(`${object.file} ${verdict} ${facts.name}`)
}

/** A mismatch tells most, whatever else is wrong. */
function worst(problems: readonly CcdkError[]): number {
  const codes = problems.map((problem) => exitCode(problem))
  return codes.includes(6) ? 6 : (codes[0] ?? 0)
}
