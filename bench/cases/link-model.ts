import { ECN, Link, type Packet, type QueueOptions } from '../../src/link-model/index.ts'
import { type Bench, timed } from '../pairs.ts'

const packets = 200_000
const limit = { packets: 200 }
/** Times in ns: a packet of 1500 bytes takes 12 µs at 1 Gbit/s, and one comes each 11 µs. */
const gap = 11_000

/** Packets through a modelled bottleneck in virtual time, a tenth more of them than it takes, and through a bare list. */
export const linkDroptail = (): Bench => through({ kind: 'droptail', limit })
export const linkFqCodel = (): Bench => through({ kind: 'fq_codel', limit, ecn: true })

function through(queue: QueueOptions): Bench {
  const ring: Packet[] = Array.from({ length: 1 << 13 }, (_, flow) => ({ size: 1500, flow: flow % 16, ecn: ECN.ECT0, queuedAt: 0, leavesAt: 0 }))
  const packetAt = (index: number): Packet => ring[index & (ring.length - 1)] ?? { size: 0, flow: 0, ecn: 0, queuedAt: 0, leavesAt: 0 }
  return {
    title: `${packets / 1000},000 packets through a modelled link: ${queue.kind}, 1 Gbit/s, 10 ms`,
    ours: {
      name: 'ccdk',
      run: () => {
        let ends = 0
        const link = new Link<Packet>({ rate: { kind: 'constant', rate: 1e9 }, delay: 10e6, queue }, 1, {
          deliver: () => void (ends += 1),
          drop: () => void (ends += 1),
        })
        const time = timed(() => {
          for (let index = 0; index < packets; index += 1) link.arrive(packetAt(index), index * gap)
          link.advance(Infinity)
        })
        if (ends !== packets) throw new Error(`${ends} of ${packets} packets came to an end`)
        return time
      },
    },
    peer: {
      name: 'a list, no model',
      run: () => {
        const line: Packet[] = []
        let head = 0
        return timed(() => {
          for (let index = 0; index < packets; index += 1) {
            const packet = packetAt(index)
            packet.leavesAt = index * gap + 10e6
            line.push(packet)
            while ((line[head]?.leavesAt ?? Infinity) <= index * gap) head += 1
          }
        })
      },
    },
    [Symbol.dispose]: () => {},
  }
}
