import { type Fd, Interfaces, turnOffloadsOff } from '../../kernel/index.ts'
import type { Direction } from '../plan.ts'
import { portOf, type TopologyPlan } from '../topology/plan.ts'
import type { OffloadsKept } from '../topology/wire-up.ts'

/** A link is so many wires in a row, so that each direction has an interface for each of `DirectionQdiscs`. */
const wiresOfLink = 3

// Numbers of interfaces, apart from those of the ports and different at the two ends of a wire.
const stationIndex = 2000
const leftIndex = 3000
const rightIndex = 4000

/** The indices of the interfaces that packets of a direction leave by, in the order in which they pass. */
export function placesOf(link: number, direction: Direction): { chance: number; queue: number; line: number } {
  const wires = Array.from({ length: wiresOfLink }, (_, wire) => link * wiresOfLink + wire)
  const [chance = 0, queue = 0, line = 0] =
    direction === 'right' ? wires.map((wire) => leftIndex + wire) : wires.toReversed().map((wire) => rightIndex + wire)
  return { chance, queue, line }
}

/**
 * Joins the ports of the middle namespace by wires in a row, with a bridge between any two: link `i` is three of them, and
 * segment `i` is at the bridge before. The bridges know on which side every host is, and flood nothing but multicast.
 */
export function joinStations(plan: TopologyPlan, middle: Fd, { mtu, tell }: { mtu: number; tell?: (step: string) => void }): OffloadsKept[] {
  using interfaces = new Interfaces(middle)
  const wires = (plan.length - 1) * wiresOfLink
  const offloadsKept: OffloadsKept[] = []
  for (let station = 0; station <= wires; station += 1) {
    tell?.(`making ${stationOf(station)}`)
    interfaces.createBridge({ name: stationOf(station), index: stationIndex + station }, mtu)
    interfaces.bringUp(stationOf(station))
  }
  const join = (port: string, station: number, reached: TopologyPlan): void => {
    interfaces.setMaster(port, stationOf(station))
    for (const { hardwareAddress } of reached.flat()) interfaces.addForwarding(port, hardwareAddress)
  }
  for (let wire = 0; wire < wires; wire += 1) {
    tell?.(`making wire ${wire}`)
    const [left, right] = [`wire-${wire}-left`, `wire-${wire}-right`]
    interfaces.createVeth({ name: left, index: leftIndex + wire }, { name: right, index: rightIndex + wire, namespace: middle }, mtu)
    const isLeft = (segment: number): boolean => segment * wiresOfLink <= wire
    join(left, wire, plan.filter((_, segment) => !isLeft(segment)))
    join(right, wire + 1, plan.filter((_, segment) => isLeft(segment)))
    for (const name of [left, right]) {
      const offloads = turnOffloadsOff(name, middle)
      if (offloads.length > 0) offloadsKept.push({ interface: name, offloads })
      interfaces.bringUp(name)
    }
  }
  for (const [segment, hosts] of plan.entries()) join(portOf(segment), segment * wiresOfLink, [hosts])
  return offloadsKept
}

const stationOf = (station: number): string => `station-${station}`
