import { UsageError } from '../../src/errors/index.ts'
import type { BpfObject, StructOpsSpec } from '../../src/loader/index.ts'
import { setMember } from '../../src/structops/index.ts'
import { setOptional } from '../options/optional-members.ts'
import { setValues } from './set-values.ts'

export interface Choice {
  only?: string[]
  name?: string
  pin?: string
  optional?: string[]
  /** `VARIABLE=VALUE`. */
  set?: string[]
}

/** Changes an opened object into what the person wants registered, or says why that cannot be. */
export function choose(object: BpfObject, { only, name, pin, optional = [], set = [] }: Choice): void {
  const { file, structOps } = object
  const names = structOps.map((spec) => spec.name)
  if (names.length === 0) throw new UsageError(`${file} has no struct_ops map: there is nothing to register`)
  const unknown = (only ?? []).filter((wanted) => !names.includes(wanted))
  if (unknown.length > 0)
    throw new UsageError(`${file} has no struct_ops map ${unknown.join(', ')}; it has ${names.join(', ')}`)

  if (only !== undefined) for (const spec of structOps) spec.autocreate = only.includes(spec.name)
  setOptional(object, optional)
  const chosen = structOps.filter(({ autocreate }) => autocreate)
  if (chosen.length === 0) {
    const hint = `choose with --only: ${names.join(', ')}`
    throw new UsageError(`every struct_ops map of ${file} is registered only when it is asked for`, { hint })
  }
  if (pin !== undefined && !chosen.some(({ link }) => link)) {
    throw new UsageError(`--pin keeps links, and ${listed(chosen)} of ${file} is registered without one`, {
      hint: 'it stays registered without a pin; to have a link, put the variable into SEC(".struct_ops.link")',
    })
  }
  setValues(object, set)
  if (name !== undefined) rename(object, chosen, name)
}

function rename(object: BpfObject, chosen: readonly StructOpsSpec[], name: string): void {
  const [spec, ...others] = chosen
  if (spec === undefined || others.length > 0) {
    throw new UsageError('--name renames one algorithm', { hint: `choose it with --only: ${listed(chosen)}` })
  }
  if (name === '') throw new UsageError('--name takes a name that is not empty')
  setMember(object, spec, 'name', name)
}

const listed = (specs: readonly StructOpsSpec[]): string => specs.map((spec) => spec.name).join(', ')
