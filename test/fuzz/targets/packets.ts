import { describe, protocolOf, readPacket } from '../../../src/packets/index.ts'
import { examplePackets } from '../../support/packets.ts'
import type { FuzzTarget } from '../case.ts'
import { edits } from '../mutate.ts'

/** Packets with bytes changed, read in memory that ends where they end. Nothing of them is an error. */
export const packets: FuzzTarget = {
  name: 'packet',
  share: 2,
  make(random) {
    const [name, bytes] = random.pick(Object.entries(examplePackets))
    const fields = new Map([['bytes', [...bytes.keys()].map((at) => ({ what: 'byte', at, width: 1 as const }))]])
    return {
      from: name,
      bytes,
      edits: edits(random, bytes, fields),
      run(damaged) {
        const layers = readPacket(damaged.slice())
        if (describe(layers) === '') throw new Error('no words for it')
        const counted = protocolOf(new DataView(damaged.slice().buffer), 0, damaged.length)
        const { kind } = layers.at(-1) ?? { kind: 'payload' }
        if (['tcp', 'udp', 'icmp', 'icmpv6', 'arp'].includes(kind) && kind !== counted) throw new Error(`${kind} was counted as ${counted}`)
      },
    }
  },
}
