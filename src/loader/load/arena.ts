import { UsageError } from '../../errors/index.ts'
import type { MapSpec } from '../object.ts'
import type { Handle, Memory } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import { MAP_FLAG } from '../uapi.ts'

/** An arena as this process sees it. Disposing of it unmaps it. */
export interface LoadedArena extends Disposable {
  /**
   * All of it, shared with the programs; to look at a page makes the kernel allocate it. Null where it cannot be looked
   * at: with BPF_F_SEGV_ON_FAULT that would end the process, and an arena that others made may be at an unknown address.
   */
  readonly memory: Memory | null
  /** Where the global variables begin, bytes. */
  readonly globalsAt: number
}

/**
 * Maps an arena at the address that its definition asks for, for the kernel refuses programs that use one without an
 * address, and gives its variables their first values. One that is shared by its name keeps what stands in it.
 */
export function mapArena(target: Target, spec: MapSpec, map: Handle, shared: boolean): LoadedArena {
  const { name, maxEntries, mapExtra, initial } = spec
  const size = initial?.length ?? 0
  const room = Math.ceil(size / target.pageSize) * target.pageSize
  const length = maxEntries * target.pageSize
  if (room > length) throw new UsageError(`arena "${name}" has ${maxEntries} pages, too few for its variables of ${size} bytes`)
  const untouchable = (spec.flags & MAP_FLAG.SEGV_ON_FAULT) !== 0
  if (untouchable && initial !== null) {
    throw new UsageError(`arena "${name}" cannot have variables: with BPF_F_SEGV_ON_FAULT nobody can give them their first values`)
  }
  // As libbpf does: at the end where the kernel lets instructions point there, else at the start.
  const globalsAt = initial !== null && target.hasFeature('arena_far_globals') === 'yes' ? length - room : 0
  if (shared && mapExtra === 0n) return { memory: null, globalsAt, [Symbol.dispose]: () => {} }
  const address = mapExtra === 0n ? {} : { address: mapExtra }
  const memory = target.mapMemory(map, { offset: 0, length, writable: true, ...address })
  if (initial !== null && !shared) memory.bytes.set(initial, globalsAt)
  return { memory: untouchable ? null : memory, globalsAt, [Symbol.dispose]: () => memory[Symbol.dispose]() }
}
