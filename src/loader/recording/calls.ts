import type { ObjectsById } from '../target/objects-by-id.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import type { Target } from '../target/target.ts'
import type { RecordedHandle } from './handle.ts'

/** Methods of a target that do or ask something; what it knows by itself is not recorded. */
type Doing = Exclude<keyof Target, keyof KernelFacts | 'objects' | 'pageSize' | 'possibleCpus'>

/** A call with its arguments, which are as they were when it was made: bytes are copies. */
export type Call =
  | { [Method in Doing]: { readonly method: Method; readonly args: Parameters<Target[Method]> } }[Doing]
  | {
      [Method in keyof ObjectsById]: {
        readonly method: `objects.${Method}`
        readonly args: Parameters<ObjectsById[Method]>
      }
    }[keyof ObjectsById]

/** A call and what became of it. */
export type RecordedCall = Call & {
  /** The handle that it answered with. */
  readonly made?: RecordedHandle
  /** What it threw. */
  readonly error?: unknown
}

export type RecordedMethod = Call['method']

/** A call that is to fail. */
export interface Failure {
  /** Of any method if left out. */
  method?: RecordedMethod
  /** Only calls of this kind. */
  when?: (call: Call) => boolean
  /** The n-th such call alone, counted from 1; each of them if left out. */
  nth?: number
  /** The name of an errno, `ENOMEM`, for the error that a kernel's refusal is; or an error of one's own. */
  error: string | Error
}
