import { type LinkOptions, type LossOptions, nominalRate, type RateOptions } from '../../link-model/index.ts'
import { formatTime } from '../../units/index.ts'
import { type Around, within } from './context.ts'
import { given } from './given.ts'
import { resolveQueue } from './queue.ts'
import { resolveRate } from './rate.ts'
import type { DirectionSpec, LinkSpec, PickedSpec } from './schema.ts'

/** A link's two directions. Each has a queue, a delay and chances of its own. */
export interface PathLink {
  right: LinkOptions
  left: LinkOptions
}

export function resolveLink(spec: LinkSpec, around: Around): PathLink {
  const reverse = spec.reverse ?? {}
  const back = within(around, 'reverse')
  const rate = resolveRate(spec.rate, within(around, 'rate'))
  const backRate = reverse.rate === undefined ? rate : resolveRate(reverse.rate, within(back, 'rate'))
  const [delay, backDelay] = delaysOf(spec, around)
  const bdpOf = (each: RateOptions): number => (nominalRate(each) * (delay + backDelay)) / 8e9
  return {
    right: { ...resolveDirection(spec, delay, around), rate, queue: queueOf(spec, rate, bdpOf(rate), around) },
    left: {
      ...resolveDirection(reverse, backDelay, back),
      rate: backRate,
      queue:
        reverse.queue === undefined
          ? // ACKs are small: room for many, and as much as the link takes in a round trip.
            { kind: 'droptail', limit: { packets: Math.max(1000, Math.ceil(bdpOf(backRate) / around.packet)) } }
          : queueOf(reverse, backRate, bdpOf(backRate), back),
    },
  }
}

const queueOf = ({ queue }: DirectionSpec, rate: RateOptions, bdp: number, around: Around): LinkOptions['queue'] =>
  resolveQueue(queue ?? { limit: { unit: 'bdp', value: 1 } }, { ...within(around, 'queue'), rate, bdp })

/** Of this direction and the other, ns. */
function delaysOf({ rtt, delay, reverse }: LinkSpec, { error, keys }: Around): [number, number] {
  if (rtt !== undefined) {
    const also = delay === undefined ? 'reverse.delay' : 'delay'
    if (delay !== undefined || reverse?.delay !== undefined) throw error([...keys, 'rtt'], `expected either rtt or ${also}: they say the same`)
    return [rtt / 2, rtt / 2]
  }
  if (delay === undefined) throw error(keys, 'expected rtt: 10ms, or delay: 5ms for each direction')
  return [delay, reverse?.delay ?? delay]
}

function resolveDirection(spec: DirectionSpec, delay: number, { error, keys, packet }: Around): Omit<LinkOptions, 'rate' | 'queue'> {
  const { jitter, loss, mark, duplicate, policer } = spec
  if (jitter !== undefined && jitter.amount > delay) {
    throw error([...keys, 'jitter'], `expected no more than the delay, which is ${formatTime(delay)}: nothing arrives before it is sent`)
  }
  if (policer?.rate === 0) throw error([...keys, 'policer', 'rate'], 'expected more than 0')
  if (policer !== undefined && policer.burst < packet) {
    throw error([...keys, 'policer', 'burst'], `expected ${packet} or more: a packet that is larger never gets through`)
  }
  return {
    delay,
    ...(jitter === undefined ? {} : { jitter: jitter.amount, distribution: jitter.distribution, reorder: jitter.reorder }),
    ...given({ loss: pickedOf(loss), mark: pickedOf(mark), duplicate, policer }),
  }
}

function pickedOf(spec: PickedSpec | undefined): LossOptions | undefined {
  if (spec === undefined) return undefined
  if (typeof spec === 'number') return { kind: 'independent', probability: spec }
  if (spec.bursts !== undefined) return { kind: 'bursts', ...spec.bursts }
  return { kind: 'periodic', every: spec.every ?? 1 }
}
