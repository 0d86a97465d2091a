import type { MapSpec } from '../object.ts'
import type { Handle } from '../target/handle.ts'
import type { LoadedArena } from './arena.ts'

/** A map of an object that has been created, or that others share with it. */
export interface LoadedMap {
  spec: MapSpec
  handle: Handle
  /** Of an arena. */
  arena?: LoadedArena
}
