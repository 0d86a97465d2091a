import type { LinuxTarget } from '../../src/kernel/index.ts'
import { type BpfObject, load, type LoadedObject, prepare, type PreparedStructOps } from '../../src/loader/index.ts'
import { SocketVersions } from '../../src/sockets/index.ts'
import { describeMap, type StructOpsEntry, type Swap, swap } from '../../src/structops/index.ts'
import { CcdkError, UsageError } from '../../src/errors/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { linkPinsOf } from '../registered/pins-of.ts'
import { findVersion } from './find-version.ts'
import { replacePlain } from './replace-plain.ts'
import type { Done, Switched } from './switched.ts'
import { useByVersion, whatMoved } from './version-use.ts'

export interface SwitchOptions {
  /** What to take the place of: a link, a map or a pin as `find` takes them; by the algorithm's name when left out. */
  registered?: string
  /** Also moves open connections, and sockets that listen. */
  existing?: boolean
  /** Network namespaces in which they are moved, by inode; all that can be entered when left out. */
  namespaces?: ReadonlySet<number>
  /** Replaces what has no link by unregistering it first. */
  replace?: boolean
  /** Is told when new connections get the new versions, before it is looked who uses the old ones. */
  onSwitched?: () => void
}

/**
 * Loads an opened object and puts each of its algorithms in the place of the one that is registered under its name: all
 * of them, or none when this throws. Which maps of the object are meant is said by their `autocreate`.
 */
export function switchObject(
  object: BpfObject,
  target: LinuxTarget,
  options: SwitchOptions = {},
): { switched: Switched[]; notes: readonly string[] } {
  const prepared = prepare(object, target)
  const pairs = prepared.structOps.map((struct) => ({
    struct,
    entry: findVersion(target, object, struct, options.registered),
  }))
  for (const pair of pairs) checkPair(pair, pairs.length === 1, options)
  using loaded = load(prepared, target)
  // Before anything is switched, so that a kernel which cannot move sockets leaves everything as it is.
  using versions = openVersions(target, options.existing === true)
  const done = switchAll(pairs, loaded, object)
  options.onSwitched?.()
  const switched = done.map((facts): Switched => ({ ...facts, ...lookAfter(target, facts, versions, options) }))
  return { switched, notes: loaded.notes }
}

interface Pair {
  struct: PreparedStructOps
  entry: StructOpsEntry
}

function checkPair({ struct, entry }: Pair, alone: boolean, { replace }: SwitchOptions): void {
  const what = `"${entryName(entry)}" (map ${entry.mapId})`
  if (!entry.byLink && replace !== true) {
    throw new UsageError(`${what} is registered without a link, and only a link can be given another version at once`, {
      hint: '--replace unregisters it and registers the new one: a connection that asks for it in between is refused',
    })
  }
  if (!entry.byLink && !alone) {
    throw new UsageError(`${what} has to be unregistered before the new one is registered, which cannot be undone`, {
      hint: `--only ${struct.spec.name} switches it by itself`,
    })
  }
  if (entry.links.length > 1) {
    throw new UsageError(`${what} is registered by links ${entry.links.join(' and ')}, and one of them cannot take another map`)
  }
  // A variable of either kind can follow either: its section says only how it is registered when it is the first.
  struct.spec.link = entry.byLink
}

function switchAll(pairs: readonly Pair[], loaded: LoadedObject, object: BpfObject): Done[] {
  using swaps = new DisposableStack()
  const done: Swap[] = []
  try {
    return pairs.map(({ struct, entry }) => {
      const pins = linkPinsOf(entry)
      if (!entry.byLink) return replacePlain(loaded, object, struct, entry)
      const swapped = swaps.use(swap(loaded, struct.spec.name, entry.links[0] ?? 0))
      done.push(swapped)
      const { name, linkId, from, to } = swapped
      return { name, struct: struct.kernel.name, from, to, linkId, pins }
    })
  } catch (error) {
    for (const swapped of done.toReversed()) swapped.revert()
    throw error
  }
}

/** Null where the kernel cannot tell versions apart and nobody insists. */
function openVersions(target: LinuxTarget, needed: boolean): SocketVersions | null {
  try {
    return new SocketVersions(target)
  } catch (error) {
    if (!needed && error instanceof CcdkError) return null
    throw error
  }
}

function lookAfter(
  target: LinuxTarget,
  { name, struct, from, to }: Done,
  versions: SocketVersions | null,
  { existing, namespaces }: SwitchOptions,
): Pick<Switched, 'moved' | 'uses' | 'oldRefcnt' | 'unseen'> {
  const ofTcp = versions !== null && name !== null && struct === 'tcp_congestion_ops'
  const moved = ofTcp && existing === true ? whatMoved(versions.move(name, to.mapId, namespaces)) : null
  const seen = ofTcp ? versions.count(name) : null
  return {
    moved,
    uses: seen === null ? null : useByVersion(seen),
    oldRefcnt: describeMap(target, from.mapId)?.refcnt ?? 0,
    unseen: seen?.unseen ?? [],
  }
}
