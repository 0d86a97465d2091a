import { UsageError } from '../../src/errors/index.ts'
import { type BpfObject, placeOf, type StructOpsSpec } from '../../src/loader/index.ts'

/** Lets members be left out on a kernel that lacks them. Throws a `UsageError` for one that no struct of the object has. */
export function setOptional(object: BpfObject, members: readonly string[]): void {
  for (const member of members) {
    const refusals = object.structOps.map((spec) => refusalOf(object, spec, member))
    const [first] = refusals
    if (first !== undefined && refusals.every((refusal) => refusal !== undefined)) throw first
    for (const spec of object.structOps) spec.optional.add(member)
  }
}

function refusalOf(object: BpfObject, spec: StructOpsSpec, member: string): UsageError | undefined {
  try {
    placeOf(object.btf, spec.type, spec.name, `.${member}`)
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
}
