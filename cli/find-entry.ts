import { nearestName } from '../src/btf-match/index.ts'
import { UsageError } from '../src/errors/index.ts'
import type { Target } from '../src/loader/index.ts'
import { listStructOps, type StructOpsEntry } from '../src/structops/index.ts'

/**
 * Finds what a person means by a name: of an algorithm, of a map, or a map's id. Where several are meant, those that
 * `prefer` says come first; if that does not decide, the person has to.
 */
export function findEntry(target: Target, name: string, prefer: (entry: StructOpsEntry) => boolean = () => true): StructOpsEntry {
  const all = listStructOps(target)
  const meant = all.filter((entry) => entry.name === name || entry.map === name || String(entry.mapId) === name)
  const preferred = meant.filter(prefer)
  const [only, ...others] = preferred.length > 0 ? preferred : meant
  if (only === undefined) {
    const names = all.map((entry) => entry.name ?? entry.map)
    const nearest = nearestName(name, names)
    const there = names.length === 0 ? 'nothing is registered by BPF' : `there are ${names.join(', ')}`
    throw new UsageError(`no struct_ops algorithm "${name}": ${there}`, nearest === null ? {} : { hint: `did you mean "${nearest}"?` })
  }
  if (others.length === 0) return only
  throw new UsageError(`"${name}" stands for ${others.length + 1} maps`, {
    hint: `give the id: ${[only, ...others].map((entry) => `${entry.mapId} (${entry.state})`).join(', ')}`,
  })
}
