import { type Btf, type BtfType, essentialName } from '../btf/index.ts'
import { AnsweredOnce } from './answered-once.ts'
import { kindsAgree } from './candidates.ts'

const deepest = 32

/** Whether a field of one type can be read as the other: any two integers can, structs are told apart by their fields. */
export function fieldsAgree(local: Btf, localId: number, target: Btf, targetId: number, depth = 0): boolean {
  const ours = local.resolved(localId)
  const theirs = target.resolved(targetId)
  const composite = (kind: string) => kind === 'struct' || kind === 'union'
  if (composite(ours.kind) && composite(theirs.kind)) return true
  if (!kindsAgree(ours.kind, theirs.kind)) return false
  switch (ours.kind) {
    case 'ptr':
    case 'float':
      return true
    case 'fwd':
    case 'enum':
    case 'enum64':
      return ours.name === '' || theirs.name === '' || essentialName(ours.name) === essentialName(theirs.name)
    case 'int':
      return theirs.kind === 'int' && ours.bitOffset === 0 && theirs.bitOffset === 0
    case 'array':
      return (
        theirs.kind === 'array' && depth < deepest && fieldsAgree(local, ours.element, target, theirs.element, depth + 1)
      )
    default:
      return false
  }
}

/** Whether a type exists in the form that was asked for: kinds and, of functions, parameters; names are not compared. */
export function typesAgree(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  const answers = new AnsweredOnce()
  const agree = (left: number, right: number, depth: number): boolean => {
    if (depth > deepest) return local.fail(left, `at most ${deepest} levels of pointers, arrays and functions`)
    const ours = local.resolved(left)
    const theirs = target.resolved(right)
    return answers.of(`${ours.id} ${theirs.id}`, () => resolvedAgree(ours, theirs, (one, other) => agree(one, other, depth + 1)))
  }
  return agree(localId, targetId, 0)
}

function resolvedAgree(ours: BtfType, theirs: BtfType, agree: (left: number, right: number) => boolean): boolean {
  if (!kindsAgree(ours.kind, theirs.kind)) return false
  switch (ours.kind) {
    case 'void':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return true
    case 'int':
      return theirs.kind === 'int' && ours.bitOffset === 0 && theirs.bitOffset === 0
    case 'ptr':
      return theirs.kind === 'ptr' && agree(ours.type, theirs.type)
    case 'array':
      return theirs.kind === 'array' && agree(ours.element, theirs.element)
    case 'func_proto':
      return (
        theirs.kind === 'func_proto' &&
        ours.params.length === theirs.params.length &&
        ours.params.every((param, at) => agree(param.type, theirs.params[at]?.type ?? 0)) &&
        agree(ours.returns, theirs.returns)
      )
    default:
      return false
  }
}
