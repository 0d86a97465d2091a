import type { Access } from '../access/access.ts'
import type { BpfObject, ProgramSpec } from '../object.ts'
import type { PreparedStructOps } from '../prepare/struct-ops.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import type { LoadedMap } from './loaded-map.ts'

export interface LoadedProgram {
  spec: ProgramSpec
  handle: Handle
  /** What the verifier said while it accepted it; null when that was not asked for. */
  log: string | null
}

/** A struct_ops map that exists and is still empty: `src/structops` fills and registers it. */
export interface LoadedStructOps extends PreparedStructOps {
  handle: Handle
}

/**
 * What an object has become on a target. Disposing of it closes the handles of its maps and programs; what the kernel
 * still uses stays alive there.
 */
export interface LoadedObject extends Access, Disposable {
  readonly object: BpfObject
  readonly target: Target
  /** By name. */
  readonly maps: ReadonlyMap<string, LoadedMap>
  readonly programs: ReadonlyMap<string, LoadedProgram>
  readonly structOps: ReadonlyMap<string, LoadedStructOps>
  readonly notes: readonly string[]
}
