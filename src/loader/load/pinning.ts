import { join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import type { MapSpec } from '../object.ts'
import type { MapInfo } from '../target/objects-by-id.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import type { Tell } from '../tell.ts'
import { MAP_FLAG, MAP_TYPE } from '../uapi.ts'

/** A map that may have been there before. */
export interface SharedMap {
  handle: Handle
  existed: boolean
}

/**
 * Uses the map that is pinned under a name, or makes one and pins it there. What is pinned must be the same kind of
 * map, else values of one meaning would be read as another. A pin that is made is added to `undo`.
 */
export function shareByName(
  target: Target,
  spec: MapSpec,
  { root, entries, undo, tell }: { root: string; entries: number; undo: DisposableStack; tell: Tell | undefined },
  create: () => Handle,
): SharedMap {
  const path = join(root, spec.name)
  if (!target.isPinned(path)) {
    const created = create()
    try {
      target.pin(created, path)
      tell?.('info', `map "${spec.name}" is pinned at ${path}, where there was none`)
      undo.defer(() => target.unpin(path))
      return { handle: created, existed: false }
    } catch (error) {
      created[Symbol.dispose]()
      throw error
    }
  }
  const found = target.openPinned(path)
  const difference = differenceOf(spec, entries, target.objects.mapInfo(found))
  if (difference === null) {
    tell?.('info', `map "${spec.name}" is the one that is pinned at ${path}`)
    return { handle: found, existed: true }
  }
  found[Symbol.dispose]()
  throw new UsageError(`map "${spec.name}" cannot be shared: what is pinned at ${path} is another map, ${difference}`, {
    hint: 'remove that pin, or load with another pin root',
  })
}

/** Flags that the kernel sets or that say only how a map is made. */
const setByKernel: Readonly<Record<number, number>> = { [MAP_TYPE.DEVMAP]: MAP_FLAG.RDONLY_PROG, [MAP_TYPE.DEVMAP_HASH]: MAP_FLAG.RDONLY_PROG }

function differenceOf(spec: MapSpec, entries: number, info: MapInfo): string | null {
  const pairs: [what: string, ours: number | bigint, theirs: number | bigint][] = [
    ['type', spec.type, info.type],
    ['key size', spec.keySize, info.keySize],
    ['value size', spec.valueSize, info.valueSize],
    ['entries', entries, info.maxEntries],
    ['flags', spec.flags, info.flags & ~(setByKernel[spec.type] ?? 0)],
    ['map_extra', spec.mapExtra, info.mapExtra],
  ]
  const different = pairs.filter(([, ours, theirs]) => ours !== theirs)
  return different.length === 0 ? null : different.map(([what, ours, theirs]) => `${what} ${theirs} and not ${ours}`).join(', ')
}
