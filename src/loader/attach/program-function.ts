import { UsageError } from '../../errors/index.ts'
import type { ObjectsById } from '../objects-by-id.ts'
import type { Handle } from '../target.ts'

/** A function of a loaded BPF program that another program runs in place of, before or after. */
export interface ProgramFunction {
  program: Handle
  /** Its name in the program's BTF; what the section names when it is left out. */
  function?: string
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
