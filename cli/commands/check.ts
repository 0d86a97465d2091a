import type { Command } from 'commander'
import { type CcdkError, errorDocument, exitCode } from '../../src/errors/index.ts'
import { openObject, type PreparedObject, prepare } from '../../src/loader/index.ts'
import { kernelFacts } from '../kernel-facts.ts'
import { printReport } from '../match-report.ts'
import type { Output } from '../output.ts'
import { readInput } from '../read-input.ts'

export function configure(command: Command, output: Output): void {
  command
    .argument('<object>', 'a BPF object file')
    .option('--btf <file>', "a kernel's BTF, raw or in an ELF file, instead of the running kernel's")
    .option('--optional <member...>', 'members that may be left out on a kernel that lacks them')
    .action(async (file: string, options: { btf?: string; optional?: string[] }) => {
      const object = openObject(readInput(file), file)
      for (const spec of object.structOps) for (const member of options.optional ?? []) spec.optional.add(member)
      const prepared = prepare(object, await kernelFacts(options.btf))
      if (output.json) output.document(documentOf(prepared))
      else print(prepared, output)
      // A check is done when it has answered; what it found decides how it ends.
      output.exitCode = worst(prepared.problems)
    })
}

function documentOf({ object, facts, structOps, problems, notes }: PreparedObject): object {
  return {
    object: object.file,
    kernel: facts.name,
    fits: problems.length === 0,
    structOps: structOps.map(({ report }) => report),
    problems: problems.map((problem) => errorDocument(problem).error),
    notes,
  }
}

function print(prepared: PreparedObject, output: Output): void {
  const { object, facts, structOps, programs, problems, notes } = prepared
  output.print(`${output.style('bold', object.file)} on ${facts.name}`)
  for (const { report, spec } of structOps) {
    output.print()
    printReport(report, spec.section, output)
  }
  output.print()
  const poisoned = programs.flatMap((program) => program.poisoned)
  for (const { function: name, access } of poisoned) output.print(`the kernel has no ${access}, which ${name} reads`)
  for (const note of notes) output.print(note)
  for (const problem of problems) {
    output.print(`${output.style('red', 'problem:')} ${problem.message}`)
    if (problem.hint !== '') output.print(`         ${problem.hint}`)
  }
  const verdict = problems.length === 0 ? output.style('green', 'fits') : output.style('red', 'does not fit')
  output.print(`${object.file} ${verdict} ${facts.name}: ${programs.length} programs, ${object.maps.length} maps`)
}

/** A mismatch tells most, whatever else is wrong. */
function worst(problems: readonly CcdkError[]): number {
  const codes = problems.map((problem) => exitCode(problem))
  return codes.includes(6) ? 6 : (codes[0] ?? 0)
}
