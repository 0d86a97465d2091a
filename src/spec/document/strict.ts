import { z } from 'zod'
import { nearestName } from '../../btf-match/index.ts'

/** An object with these keys and no other: of an unknown one the message says which it may have meant. */
export const strict = <Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKey(issue.keys, Object.keys(shape)) : undefined),
  })

function unknownKey([key = '']: readonly string[], known: readonly string[]): string {
  const nearest = nearestName(key, known)
  return `unknown key "${key}": ${nearest === null ? `expected ${known.join(', ')}` : `did you mean "${nearest}"?`}`
}
