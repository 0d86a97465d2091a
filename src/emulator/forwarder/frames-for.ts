import { UsageError } from '../../errors/index.ts'
import { packetsHeld } from '../../link-model/index.ts'
import type { EmulatorPlan } from '../plan.ts'

/** What is taken for the size of packets where bytes are to be told in packets: a full frame of Ethernet. */
const fullFrame = 1514

/** Frames that a port has for what comes and goes. */
const fewestOfPort = 256

/**
 * How many frames of a umem a path takes when all its links are full: of rate × delay and of their queues, if packets are
 * full frames of `packet` bytes; and the ports'. Traffic of small packets alone can need more; what finds no frame then is
 * counted.
 *
 * @throws UsageError for a queue without a limit: no umem is enough for it
 */
export function framesFor(links: EmulatorPlan['links'], ports = links.length + 1, packet = fullFrame): number {
  const frames = links.reduce((sum, link) => sum + packetsHeld(link, packet), ports * fewestOfPort)
  if (frames === Infinity) {
    throw new UsageError('a queue without a limit: each packet that waits takes a frame of the umem, so say how many may')
  }
  return frames
}

/** Throws when a plan's links need more frames than its umem has. */
export function checkFrames({ links, ports, frames }: EmulatorPlan): void {
  const needed = framesFor(links, ports.length)
  if (frames >= needed) return
  throw new UsageError(
    `the umem has ${frames} frames, and this path can have ${needed} on their way: rate × delay and the queues of its links`,
    { hint: `give it ${needed} frames or more, or lower a rate, a delay or a limit` },
  )
}
