import { nearestName } from '../../src/btf-match/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { type BpfObject, objectNameSize, type PreparedStructOps, type Target } from '../../src/loader/index.ts'
import { initialName, listStructOps, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { find } from '../registered/find.ts'

/** The version that is registered now, and that a struct of an object is to follow. */
export function findVersion(
  target: Target,
  object: BpfObject,
  struct: PreparedStructOps,
  asked: string | undefined,
): StructOpsEntry {
  const entry = asked === undefined ? byName(target, object, struct) : find(target, asked).entry
  if (entry?.registered === true) return entry
  throw new UsageError(`${asked ?? ''} registers nothing any more: there is nothing to switch`)
}

/** By the algorithm's name or, where the struct has none, by the map's, of which the kernel keeps a part. */
function byName(target: Target, object: BpfObject, { spec, kernel }: PreparedStructOps): StructOpsEntry {
  const name = initialName(object, spec)
  const map = Buffer.from(spec.mapName).subarray(0, objectNameSize - 1).toString()
  const all = listStructOps(target).filter(({ struct, registered }) => registered && struct === kernel.name)
  const found = all.filter((entry) => (name === null ? entry.map === map : entry.name === name))
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  const called = name ?? map
  if (only !== undefined) {
    const ids = found.map(({ mapId }) => mapId).join(', ')
    throw new UsageError(`"${called}" is registered ${found.length} times`, { hint: `say which with --registered: ${ids}` })
  }
  const nearest = nearestName(called, all.map(entryName))
  throw new UsageError(`"${called}" is not registered, so there is nothing to switch`, {
    hint: nearest === null ? 'register it first: ccdk register' : `"${nearest}" is: --name gives the new one its name`,
  })
}
