import { UsageError } from '../errors/index.ts'
import type { PathLink, ResolvedPath } from '../spec/index.ts'
import { framesFor } from './forwarder/frames-for.ts'
import type { EmulatorPlan } from './plan.ts'
import type { TelemetryOptions } from './telemetry/file.ts'
import { planTopology, portOf, type TopologyPlan } from './topology/plan.ts'

/** ABI: ETH_HLEN and ETH_DATA_LEN, linux/if_ether.h. Where larger packets may come, smaller ones do too. */
const headerBytes = 14
const mostPayload = 1500
/** What a frame has besides the IP packet: the Ethernet header with a VLAN tag, and room before it for XDP. */
const frameOverhead = 18 + 256
/** Of the memory that packets on their way are in. */
const mostBytes = 2 ** 32
const fewestFrames = 4096

/** What is to be made for a path. Throws a `UsageError` for what cannot be; nothing is made here. */
export function planPath(
  { segments, links, mtu, seed }: ResolvedPath,
  { frames: wanted, telemetry }: { frames?: number; telemetry?: TelemetryOptions } = {},
): { topology: TopologyPlan; plan: EmulatorPlan } {
  const topology = planTopology(segments)
  const frameSize = frameSizeOf(mtu)
  const frames = wanted ?? Math.max(fewestFrames, Math.min(2 * needed(links, mtu), mostBytes / frameSize))
  checkRoom(links, frames, mtu)
  if (!Number.isInteger(frames) || frames * frameSize > mostBytes) {
    throw new UsageError(`frames: a whole number, no more than ${mostBytes / frameSize}, not ${frames}`)
  }
  const ports = segments.map((_, segment) => ({ interface: portOf(segment) }))
  const plan: EmulatorPlan = { ports, links, seed, frames, frameSize, ...(telemetry === undefined ? {} : { telemetry }) }
  return { topology, plan }
}

function frameSizeOf(mtu: number): EmulatorPlan['frameSize'] {
  const size = ([2048, 4096] as const).find((each) => mtu + frameOverhead <= each)
  if (size === undefined) throw new UsageError(`mtu: the emulator forwards packets of up to ${4096 - frameOverhead} bytes, not ${mtu}`)
  return size
}

const needed = (links: readonly PathLink[], mtu: number): number =>
  framesFor([...links], links.length + 1, Math.min(mtu, mostPayload) + headerBytes)

/** Throws a `UsageError`, with the number that would do, for links that can have more packets on their way than there is room. */
export function checkRoom(links: readonly PathLink[], frames: number, mtu: number): void {
  const needs = needed(links, mtu)
  if (needs <= frames) return
  const room = `this path can have ${needs} packets on their way (rate × delay and the queues), and there is room for ${frames}`
  const more = needs * frameSizeOf(mtu) > mostBytes ? '' : `make it with room for ${needs}: --frames ${needs}; or `
  throw new UsageError(room, { hint: `${more}lower a rate, a delay or a limit` })
}
