import { type DropReason, ECN, Link, type LinkOptions, type MarkReason, type Packet, type RateOptions } from '../../../src/link-model/index.ts'

export const ms = 1e6
export const second = 1e9

export interface Numbered extends Packet {
  /** In the order of arrival; a second copy has the same. */
  number: number
  arrivedAt: number
}

/** A packet that comes to the link at a time. */
export interface Arrival {
  at: number
  size: number
  flow?: number
  ecn?: number
}

export interface Outcome {
  number: number
  /** When it came out of the path, or was dropped. */
  at: number
  /** Undefined for one that was delivered. */
  dropped?: DropReason
  /** From its arrival to its leaving. */
  delay: number
  ecn: number
}

export interface Seen {
  outcomes: Outcome[]
  marks: { number: number; reason: MarkReason; at: number }[]
  delivered: Outcome[]
  drops: Outcome[]
}

/** Sends packets through a link and says what became of them. `ask` are more moments at which the link is looked at. */
export function through(options: LinkOptions, arrivals: Iterable<Arrival>, seed = 1, ask: readonly number[] = []): Seen {
  const outcomes: Outcome[] = []
  const marks: Seen['marks'] = []
  const link = new Link<Numbered>(options, seed, {
    deliver: ({ number, ecn, arrivedAt }, at) => outcomes.push({ number, at, ecn, delay: at - arrivedAt }),
    drop: ({ number, ecn, arrivedAt }, dropped, at) => outcomes.push({ number, at, ecn, dropped, delay: at - arrivedAt }),
    mark: ({ number }, reason, at) => marks.push({ number, reason, at }),
    copy: (packet) => ({ ...packet }),
  })
  const moments = ask.values()
  let moment = moments.next().value ?? Infinity
  let number = 0
  for (const { at, size, flow = 0, ecn = ECN.NOT_ECT } of arrivals) {
    for (; moment <= at; moment = moments.next().value ?? Infinity) link.advance(moment)
    link.arrive({ number, size, flow, ecn, arrivedAt: at, queuedAt: 0, leavesAt: 0 }, at)
    number += 1
  }
  while (link.next < Infinity) link.advance(link.next)
  const delivered = outcomes.filter(({ dropped }) => dropped === undefined)
  return { outcomes, marks, delivered, drops: outcomes.filter(({ dropped }) => dropped !== undefined) }
}

export const constant = (rate: number): RateOptions => ({ kind: 'constant', rate })

/** Packets of one size at a steady rate, bit/s, for `seconds`. */
export function steady(rate: number, seconds: number, rest: Omit<Arrival, 'at' | 'size'> & { size?: number; from?: number } = {}): Arrival[] {
  const { size = 1500, from = 0, ...more } = rest
  const gap = (size * 8e9) / rate
  return Array.from({ length: Math.floor((seconds * second) / gap) }, (_, index) => ({ at: from + index * gap, size, ...more }))
}

/** Several senders on one link. */
export const merged = (...senders: Arrival[][]): Arrival[] => senders.flat().toSorted((a, b) => a.at - b.at)
