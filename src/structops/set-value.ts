import { nearestName } from '../btf-match/index.ts'
import { UsageError } from '../errors/index.ts'
import { type BpfObject, setVariableFromText, variablesOf } from '../loader/index.ts'
import { setMemberFromText } from './initial-value.ts'

/**
 * Changes a value of an opened object as a person writes it: `initial_cwnd` for a global variable, `dctcp.flags` for a
 * member of a struct_ops variable, `tuning.steps[2]` for a part of either.
 *
 * @throws UsageError for what the object has not got, or what it does not take
 */
export function setValueFromText(object: BpfObject, path: string, text: string): void {
  const root = path.replace(/[.[].*$/s, '')
  const spec = object.structOps.find(({ name }) => name === root)
  if (spec !== undefined) {
    if (path === root) throw new UsageError(`${root} is a struct_ops variable: one of its members can be set, ${root}.MEMBER`)
    return setMemberFromText(object, spec, path.slice(root.length + 1), text)
  }
  const variables = [...variablesOf(object).keys()]
  if (variables.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))) {
    return setVariableFromText(object, path, text)
  }
  const names = [...object.structOps.map(({ name }) => name), ...variables]
  const nearest = nearestName(root, names)
  throw new UsageError(`${object.file} has no variable "${root}"; it has ${names.join(', ') || 'none'}`, {
    hint: nearest === null ? '' : `did you mean "${nearest}"?`,
  })
}
