import { parseBtf } from '../../btf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { PreparedObject } from '../prepare/prepare.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import { btfForAge, newerFeatures } from './btf-for-age.ts'
import { btfForKernel } from './btf-for-kernel.ts'
import type { LoadContext } from './context.ts'
import { hasFeature } from './too-old.ts'

/**
 * Gives the object's types to the target. Programs and maps can do without, and then only lose their names of types and
 * source lines; a struct_ops map cannot.
 */
export function loadTypes(
  { object, structOps }: PreparedObject,
  target: Target,
  notes: string[],
  context: LoadContext,
): Handle | undefined {
  const bytes = btfForKernel(object)
  try {
    return target.loadBtf(bytes, context.token)
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error
    const aged = loadAged(bytes, object.file, target, context)
    if (aged !== undefined) return aged
    if (structOps.length > 0) throw error
    notes.push(`the kernel does not take the object's types: ${error.expected}`)
    return undefined
  }
}

/** Leaves out what the kernel is too old for; undefined when it is not its age that stands in the way. */
function loadAged(bytes: Uint8Array, file: string, target: Target, { tell, token }: LoadContext): Handle | undefined {
  const btf = parseBtf(bytes, { file })
  const lacking = new Set([...newerFeatures(btf)].filter((feature) => hasFeature(target, feature, tell) === 'no'))
  // Without functions in BTF a program cannot say which function an instruction belongs to.
  if (lacking.size === 0 || lacking.has('btf_func')) return undefined
  try {
    tell?.('info', `the types are written for an older kernel, without ${[...lacking].join(', ')}`)
    return target.loadBtf(btfForAge(btf, lacking), token)
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error
    return undefined
  }
}
