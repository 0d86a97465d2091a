import { type Btf, type BtfType, essentialName, typeName } from '../btf/index.ts'

/** A type together with the BTF that it belongs to. */
interface Side {
  btf: Btf
  id: number
}

const deepestPointer = 8

/**
 * How two function pointers' signatures differ, in words, or null when a program written for one can be called as the
 * other. Names of parameters and signedness do not matter; sizes, kinds and the structs pointed to do.
 */
export function signatureDifference(local: Side, kernel: Side): string | null {
  const ours = functionOf(local)
  const theirs = functionOf(kernel)
  if (ours === undefined || theirs === undefined) return null
  if (ours.params.length !== theirs.params.length) {
    return `it takes ${count(ours.params.length)} here and ${count(theirs.params.length)} in the kernel`
  }
  for (const [at, param] of ours.params.entries()) {
    const other = theirs.params[at]
    if (other !== undefined && !alike({ btf: local.btf, id: param.type }, { btf: kernel.btf, id: other.type }, 0)) {
      const [here, there] = [typeName(local.btf, param.type), typeName(kernel.btf, other.type)]
      return `parameter ${at + 1} is "${here}" here and "${there}" in the kernel`
    }
  }
  if (!alike({ btf: local.btf, id: ours.returns }, { btf: kernel.btf, id: theirs.returns }, 0)) {
    const [here, there] = [typeName(local.btf, ours.returns), typeName(kernel.btf, theirs.returns)]
    return `it returns "${here}" here and "${there}" in the kernel`
  }
  return null
}

const count = (params: number) => `${params} parameter${params === 1 ? '' : 's'}`

function functionOf({ btf, id }: Side) {
  const pointer = btf.resolved(id)
  const target = pointer.kind === 'ptr' ? btf.resolved(pointer.type) : pointer
  return target.kind === 'func_proto' ? target : undefined
}

function alike(left: Side, right: Side, depth: number): boolean {
  const ours = left.btf.resolved(left.id)
  const theirs = right.btf.resolved(right.id)
  if (depth > deepestPointer) return true
  const size = scalarSize(ours)
  if (size !== undefined) return size === scalarSize(theirs)
  if (ours.kind === 'ptr' && theirs.kind === 'ptr') {
    return alike({ btf: left.btf, id: ours.type }, { btf: right.btf, id: theirs.type }, depth + 1)
  }
  return shape(ours) === shape(theirs) && essentialName(ours.name) === essentialName(theirs.name)
}

/** A forward declaration says as much as its struct when only a pointer to it is passed. */
function shape(type: BtfType): string {
  if (type.kind !== 'fwd') return type.kind
  return type.union ? 'union' : 'struct'
}

/** Integers and enums are passed alike when they are of one size. */
function scalarSize(type: BtfType): number | undefined {
  return type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64' ? type.size : undefined
}
