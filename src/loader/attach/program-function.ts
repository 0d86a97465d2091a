import { type CcdkError, UsageError } from '../../errors/index.ts'
import type { BpfObject } from '../object.ts'
import type { ObjectsById } from '../target/objects-by-id.ts'
import type { Handle } from '../target/handle.ts'

/** A function of a loaded BPF program that another program runs in place of, before or after. */
export interface ProgramFunction {
  program: Handle
  /** Its name in the program's BTF; what the section names when it is left out. */
  function?: string
}

/** The functions that programs attach to, by the names of the latter. */
export type ProgramFunctions = Readonly<Record<string, ProgramFunction>>

/** The same as a map, for an object may call its programs whatever it likes. A name of none is a problem. */
export function programFunctions({ file, programs }: BpfObject, attachTo: ProgramFunctions = {}, problems: CcdkError[]): Map<string, ProgramFunction> {
  const names = programs.map(({ name }) => name)
  for (const name of Object.keys(attachTo)) {
    if (!names.includes(name)) problems.push(new UsageError(`attachTo names program "${name}", but ${file} has ${names.join(', ') || 'none'}`))
  }
  return new Map(Object.entries(attachTo))
}

/** The id of a function in the BTF of the program that has it. */
export function functionType(objects: ObjectsById, { program, function: name = '' }: ProgramFunction, target: string): number {
  const wanted = name === '' ? target : name
  const types = objects.programTypes(program)
  const type = wanted === '' ? undefined : types?.find(wanted, 'func')
  if (type !== undefined) return type
  const { name: of } = objects.programInfo(program)
  throw new UsageError(`program "${of}" has no function "${wanted}"`, {
    hint: types === undefined ? 'it was loaded without BTF' : 'only functions that are not static can be named, and in BTF their names are whole',
  })
}
