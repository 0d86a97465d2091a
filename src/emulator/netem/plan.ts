import type { QdiscKind, QdiscOptions } from '../../kernel/index.ts'
import type { LinkOptions, LossOptions } from '../../link-model/index.ts'
import type { PathLink } from '../../spec/index.ts'
import type { Direction } from '../plan.ts'
import { type Discipline, disciplineOf } from './discipline.ts'
import { type Refuse, refusal } from './refuse.ts'

type Netem = Extract<QdiscOptions, { kind: 'netem' }>
type Tbf = Extract<QdiscOptions, { kind: 'tbf' }>

/**
 * The qdiscs of one direction of a link, in the order in which packets pass them. Each of the three is at an interface of its
 * own: what is delayed then is no longer in the queue, whose limit and discipline would otherwise count it.
 */
export interface DirectionQdiscs {
  /** Loses and doubles packets before they come to the queue, and takes them out of the hands of who sent them. */
  chance: Netem
  /** Holds packets back until the link is free, and how they wait for that. */
  bottleneck: Tbf
  discipline: Discipline
  /** Takes the time of sending and the delay. */
  line: Netem
}

interface Around {
  /** Bytes of the largest frame without a tag, as limits count. */
  packet: number
  /** What stands before the keys of this direction. */
  where: string
}

/** None: what is on the wire finds room, however much it is. */
const noLimit = 0x7fff_ffff
const headerBytes = 14
const tagBytes = 4
/**
 * bit/s: nothing takes a whole ns. Netem takes packets from the account of the socket that sent them when it has a rate or a
 * delay, and else a TCP in this machine sends no more than a few packets before those that it sent are through the queue:
 * that would never be full (tcp_small_queue_check, net/ipv4/tcp_output.c).
 */
const noTime = 1e15
/** How late the kernel's timer may be without the rate going down, ns. */
const slack = 250_000

/**
 * What the kernel's qdiscs are to do for each link of a path.
 *
 * @throws UsageError, which names the key, for what they cannot do
 */
export const planNetem = ({ links, mtu }: { links: readonly PathLink[]; mtu: number }): Record<Direction, DirectionQdiscs>[] =>
  links.map((link, index) => {
    const prefix = links.length === 1 ? '' : `links[${index}].`
    return {
      right: planDirection(link.right, { packet: mtu + headerBytes, where: prefix }),
      left: planDirection(link.left, { packet: mtu + headerBytes, where: `${prefix}reverse.` }),
    }
  })

export const kindsOf = ({ chance, bottleneck, discipline, line }: DirectionQdiscs): QdiscKind[] => [chance.kind, bottleneck.kind, discipline.kind, line.kind]

function planDirection(options: LinkOptions, { packet, where }: Around): DirectionQdiscs {
  const refuse = refusal(where)
  const rate = rateOf(options, refuse)
  for (const key of ['policer', 'mark'] as const) {
    if (options[key] !== undefined) throw refuse(key, key === 'policer' ? 'netem has no policer' : 'netem cannot mark at random')
  }
  const { duplicate = 0, loss } = options
  const discipline = disciplineOf(options.queue, { packet, refuse })
  return {
    chance: { kind: 'netem', limit: noLimit, rate: noTime, duplicate, loss: loss && lossOf(loss, refuse) },
    // With no more than one packet, all of the time that a timer comes late would be lost. What goes too early is held up by
    // the line, which sends at the same rate.
    bottleneck: { kind: 'tbf', rate, burst: packet + tagBytes + Math.ceil((rate * slack) / 8e9), limit: discipline.limit },
    discipline,
    line: lineOf(options, rate, { packet, refuse }),
  }
}

function rateOf({ rate }: LinkOptions, refuse: Refuse): number {
  if (rate.kind !== 'constant') throw refuse('rate', `netem has one rate, and no ${rate.kind}`)
  if (!(rate.rate >= 8 && rate.rate < Infinity)) throw refuse('rate', 'netem has no outages and no link without end: expected 8bit or more')
  return rate.rate
}

function lossOf(loss: LossOptions, refuse: Refuse): NonNullable<Netem['loss']> {
  if (loss.kind === 'independent') return loss
  if (loss.kind === 'periodic') throw refuse('loss.every', 'netem loses packets by chance alone')
  const { toBad, toGood, lossInBad = 1, lossInGood = 0 } = loss
  return { kind: 'bursts', toBad, toGood, lossInBad, lossInGood }
}

/**
 * With a rate netem keeps the order of packets, but what one was delayed more then delays all that follow it closely: the
 * delay of a busy link would come to the largest. So with jitter it is told of no rate, and a full packet's time is added.
 */
function lineOf({ delay, jitter = 0, distribution = 'uniform', reorder = false }: LinkOptions, rate: number, { packet, refuse }: { packet: number; refuse: Refuse }): Netem {
  if (jitter === 0) return { kind: 'netem', limit: noLimit, delay, rate }
  if (!reorder) throw refuse('jitter', "with netem's, packets overtake each other: expected { amount: …, reorder: true }")
  if (distribution !== 'uniform') throw refuse('jitter.distribution', `expected uniform, not ${distribution}`)
  return { kind: 'netem', limit: noLimit, delay: delay + (packet * 8e9) / rate, jitter }
}
