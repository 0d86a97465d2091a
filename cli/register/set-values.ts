import { nearestName } from '../../src/btf-match/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { type BpfObject, setVariableFromText, variablesOf } from '../../src/loader/index.ts'
import { setMemberFromText } from '../../src/structops/index.ts'

/**
 * Changes values of an opened object as a person writes it: `initial_cwnd=10` for a global variable, `dctcp.flags=2`
 * for a member of a struct_ops variable, `tuning.steps[2]=-3` for a part of either.
 */
export function setValues(object: BpfObject, assignments: readonly string[]): void {
  for (const assignment of assignments) {
    const [, path, text] = /^\s*([^=]*?)\s*=(.*)$/s.exec(assignment) ?? []
    if (path === undefined || text === undefined || path === '') {
      throw new UsageError(`--set takes VARIABLE=VALUE, and "${assignment}" is not that`)
    }
    setValue(object, path, text)
  }
}

function setValue(object: BpfObject, path: string, text: string): void {
  const root = path.replace(/[.[].*$/s, '')
  const spec = object.structOps.find(({ name }) => name === root)
  if (spec !== undefined) {
    if (path === root) throw new UsageError(`${root} is a struct_ops variable: --set takes one of its members, ${root}.MEMBER`)
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
