import { existsSync } from 'node:fs'
import { UsageError } from '../../errors/index.ts'
import { LinuxTarget, pinnedObject } from '../../kernel/index.ts'
import type { LinkInfo, LoadedObject } from '../../loader/index.ts'
import { describeMap, type StructOpsEntry, unregister } from '../../structops/index.ts'
import type { Of } from '../entry.ts'
import type { Thing } from './thing.ts'

/** The entry of a struct_ops map that is loaded and about to be registered; `map` as `register` takes it. */
export function registrationEntry({ structOps, target, object }: LoadedObject, map: string): Of<'registration'> {
  const handle = structOps.get(map)?.handle
  if (handle === undefined) throw new UsageError(`${object.file} has no struct_ops map "${map}" that was loaded`)
  const { id, name } = target.objects.mapInfo(handle)
  return { kind: 'registration', map: id, name }
}

export const registration: Thing<Of<'registration'>> = {
  what: ({ map, name }) => `registration of map ${map} "${name}"`,
  isThere(entry) {
    using target = new LinuxTarget()
    return registered(target, entry) !== undefined
  },
  undo(entry) {
    using target = new LinuxTarget()
    const found = registered(target, entry)
    if (found !== undefined) unregister(target, found)
  },
}

/** The kernel gives an id anew only after two thousand million others, so with the name it is this map and no other. */
function registered(target: LinuxTarget, { map, name }: Of<'registration'>): StructOpsEntry | undefined {
  using handle = target.objects.map(map)
  if (handle === undefined || target.objects.mapInfo(handle).name !== name) return undefined
  const found = describeMap(target, map)
  return found?.registered === true ? found : undefined
}

export const link: Thing<Of<'link'>> = {
  what: ({ id, type }) => `${type} link ${id}`,
  isThere({ id, type }) {
    using target = new LinuxTarget()
    using found = target.objects.link(id)
    return found !== undefined && isAttached(target.objects.linkInfo(found), type)
  },
  undo({ id }) {
    using target = new LinuxTarget()
    using found = target.objects.link(id)
    if (found !== undefined) target.detachLink(found)
  },
}

/** ABI: a link that was detached says 0 where it was, and lives on as long as somebody has it open. */
const isAttached = (info: LinkInfo, type: string): boolean =>
  info.kind === type &&
  ['mapId', 'interface', 'cgroupId', 'inode'].every((place) => Number(Object.entries(info).find(([key]) => key === place)?.[1] ?? 1) !== 0)

export const pin: Thing<Of<'pin'>> = {
  what: ({ path, object, id }) => `pin ${path} of ${object} ${id}`,
  isThere({ path, object, id }) {
    if (!existsSync(path)) return false
    const found = pinnedObject(path)
    return found.kind === object && found.id === id
  },
  undo({ path }) {
    using target = new LinuxTarget()
    target.unpin(path)
  },
}
