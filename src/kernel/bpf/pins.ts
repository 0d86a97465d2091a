import { type Dirent, existsSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { CcdkError, UsageError } from '../../errors/index.ts'
import { listMounts } from '../mounts.ts'
import { isBpffs } from './bpffs.ts'
import { objectInfo } from './info.ts'
import { linkInfo, mapInfo, programInfo } from './info-layouts.ts'
import { openPinned } from './links.ts'

/** What a name in the BPF file system stands for. */
export interface PinnedObject {
  path: string
  kind: 'map' | 'program' | 'link'
  id: number
}

const kinds = { map: ['map', mapInfo], prog: ['program', programInfo], link: ['link', linkInfo] } as const

/** Looks at what is pinned at a path. */
export function pinnedObject(path: string): PinnedObject {
  if (!existsSync(path)) throw new UsageError(`there is no pin at ${path}`)
  if (!isBpffs(path)) throw new UsageError(`${path} is not in a BPF file system, so nothing is pinned there`)
  using handle = openPinned(path)
  // ABI: the names that the kernel gives these descriptors: bpf-map, bpf-prog, bpf_link.
  const name = readlinkSync(`/proc/self/fd/${handle.number}`)
  const found = Object.entries(kinds).find(
    ([word]) => name === `anon_inode:bpf-${word}` || name === `anon_inode:bpf_${word}`,
  )
  if (found === undefined) throw new UsageError(`the pin ${path} is neither a map nor a program nor a link: ${name}`)
  const [kind, layout] = found[1]
  return { path, kind, id: objectInfo(handle, layout).id }
}

/** More than machines have, so that a walk ends. */
const mostPins = 100_000

/** All pins in the BPF file systems that this process sees. What cannot be opened is left out. */
export function listPins(): PinnedObject[] {
  const left = { pins: mostPins }
  return listMounts().flatMap(({ point, type }) => (type === 'bpf' ? pinsUnder(point, left) : []))
}

function pinsUnder(directory: string, left: { pins: number }): PinnedObject[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return pinsUnder(path, left)
    left.pins -= 1
    if (left.pins < 0) return []
    try {
      return [pinnedObject(path)]
    } catch (error) {
      if (error instanceof CcdkError) return []
      throw error
    }
  })
}
