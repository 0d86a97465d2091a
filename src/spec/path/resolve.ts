import type { LinkSpec, PathSpec } from './schema.ts'
import { type Context, headerBytes } from './context.ts'
import { type PathLink, resolveLink } from './link.ts'

/** A path as the emulator and the simulator take it: plain data. */
export interface ResolvedPath {
  /** What the links join, left to right: one segment more than links. */
  segments: { role: 'clients' | 'middle' | 'servers'; hosts: number }[]
  links: PathLink[]
  /** Bytes of the largest IP packet. */
  mtu: number
  seed: number
}

/**
 * What a path means: round trips halved, bandwidth × delay in bytes, traces read, defaults filled in.
 *
 * @throws the context's error for what cannot be, ObjectError for a trace that is none
 */
export function resolvePath(spec: PathSpec, context: Context, keys: readonly (string | number)[] = []): ResolvedPath {
  const { mtu, seed, clients, servers, middle = 1 } = spec
  const isWhole = Number.isInteger(mtu) && mtu >= 576 && mtu <= 9000
  if (!isWhole) throw context.error([...keys, 'mtu'], 'expected a whole number of bytes from 576 to 9000')
  const links = linksOf(spec, context, keys).map(({ link, at }) => resolveLink(link, { ...context, keys: at, packet: mtu + headerBytes }))
  const ends = { first: { role: 'clients', hosts: clients }, last: { role: 'servers', hosts: servers } } as const
  const segments = links.length === 1 ? [ends.first, ends.last] : [ends.first, { role: 'middle', hosts: middle } as const, ends.last]
  return { segments, links, mtu, seed }
}

interface LinkAt {
  link: LinkSpec
  at: readonly (string | number)[]
}

function linksOf(spec: PathSpec, { error }: Context, keys: readonly (string | number)[]): LinkAt[] {
  const { links, topology = links === undefined ? 'dumbbell' : 'parkingLot', middle, rate } = spec
  if (topology === 'dumbbell') {
    if (links !== undefined) throw error([...keys, 'links'], 'a dumbbell has one link: leave topology out, or this')
    if (middle !== undefined) throw error([...keys, 'middle'], 'only a parking lot has hosts in the middle')
    if (rate === undefined) throw error(keys, 'expected rate: 100mbit, or links')
    return [{ link: { ...spec, rate }, at: keys }]
  }
  if (links === undefined) throw error([...keys, 'topology'], 'a parking lot has two links: links: [{ rate: 100mbit, rtt: 10ms }, …]')
  const stray = linkKeys.find((key) => spec[key] !== undefined)
  if (stray !== undefined) throw error([...keys, stray], 'with links, each of them says this for itself')
  return links.map((link, index) => ({ link, at: [...keys, 'links', index] }))
}

const linkKeys = ['rate', 'rtt', 'delay', 'jitter', 'loss', 'mark', 'duplicate', 'queue', 'policer', 'reverse'] as const
