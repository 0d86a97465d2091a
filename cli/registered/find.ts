import { resolve } from 'node:path'
import { nearestName } from '../../src/btf-match/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { availableCongestion, pinnedObject } from '../../src/kernel/index.ts'
import { type Target } from '../../src/loader/index.ts'
import { describeMap, listStructOps, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from './entry-name.ts'

/** What a person named, and the pin by which they named it. */
export interface Found {
  /** Undefined for the pin of a link that registers nothing any more. */
  entry: StructOpsEntry | undefined
  pin: string | null
}

/** Finds what a person means by a name, an id, or the path of a pin: whatever has a slash. */
export function find(target: Target, name: string): Found {
  return name.includes('/') ? findPinned(target, resolve(name)) : { entry: findEntry(target, name), pin: null }
}

function findPinned(target: Target, pin: string): Found {
  const { kind, id } = pinnedObject(pin)
  if (kind === 'map') {
    const entry = describeMap(target, id)
    if (entry !== undefined) return { entry, pin }
  }
  if (kind === 'link') {
    using link = target.objects.link(id)
    const info = link === undefined ? undefined : target.objects.linkInfo(link)
    // ABI: a link that was detached has no map any more.
    if (info?.kind === 'struct_ops') return { entry: describeMap(target, info.mapId), pin }
  }
  throw new UsageError(`${pin} is a ${kind} that has nothing to do with struct_ops`)
}

/**
 * By the name of an algorithm, of a map, or an id of a map or link, `map:7` or `link:7` where it could be either. Where several are meant, those that are registered come first;
 * if that does not decide, the person has to.
 */
function findEntry(target: Target, name: string): StructOpsEntry {
  const all = listStructOps(target)
  const meant = all.filter((entry) => isMeant(entry, name))
  const registered = meant.filter((entry) => entry.registered)
  const [only, ...others] = registered.length > 0 ? registered : meant
  if (only === undefined) throw nothingOf(name, all)
  if (others.length === 0) return only
  throw new UsageError(`"${name}" stands for ${others.length + 1} maps`, {
    hint: `give the id: ${[only, ...others].map((entry) => `map:${entry.mapId} (${entry.state})`).join(', ')}`,
  })
}

function isMeant({ name, map, mapId, links }: StructOpsEntry, asked: string): boolean {
  const [, kind, id] = /^(?:(map|link):)?(\d+)$/.exec(asked) ?? []
  const byId = (kind !== 'link' && String(mapId) === id) || (kind !== 'map' && links.some((link) => String(link) === id))
  return name === asked || map === asked || byId
}

function nothingOf(name: string, all: readonly StructOpsEntry[]): UsageError {
  const names = all.map(entryName)
  const nearest = nearestName(name, names)
  const there = names.length === 0 ? 'nothing is registered by BPF' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`
  const native = availableCongestion().includes(name)
  if (native) return new UsageError(`"${name}" is the kernel's own and not registered by BPF`)
  return new UsageError(
    `no struct_ops algorithm "${name}": ${there}`,
    nearest === null ? {} : { hint: `did you mean "${nearest}"?` },
  )
}
