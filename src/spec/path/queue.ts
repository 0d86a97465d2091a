import { type Limit, nominalRate, type QueueOptions, type RateOptions } from '../../link-model/index.ts'
import { formatSize, type Size } from '../../units/index.ts'
import { type Around, within } from './context.ts'
import { given } from './given.ts'
import { disciplines, type QueueSpec } from './schema.ts'

/** A queue and the link behind it. */
export interface AroundQueue extends Around {
  rate: RateOptions
  /** Bytes that are on the way at the link's rate in one round trip. */
  bdp: number
}

export function resolveQueue(spec: QueueSpec, around: AroundQueue): QueueOptions {
  const { ecn, codel, fq_codel: fqCodel, red, pie } = spec
  const limit = resolveLimit(spec.limit, within(around, 'limit'))
  const kind = disciplines.find((name) => spec[name] !== undefined) ?? 'droptail'
  if (kind === 'droptail') return resolveDroptail(spec, limit, around)
  if (typeof ecn === 'object') throw around.error([...around.keys, 'ecn'], `expected true or false: ${kind} has no step, droptail has`)
  const marks = ecn === undefined ? {} : { ecn }
  switch (kind) {
    case 'codel':
      return { kind, limit, ...marks, ...checkCodel(given(codel ?? {}), within(around, kind)) }
    case 'fq_codel':
      // RFC 8290, 5.2.3, and Linux: marking is on unless it is switched off.
      return { kind, limit, ecn: true, ...marks, ...checkCodel(given(fqCodel ?? {}), within(around, kind)) }
    case 'red':
      return resolveRed(red ?? undefined, limit, marks, within(around, kind))
    case 'pie': {
      if (pie?.update === 0) throw around.error([...around.keys, kind, 'update'], 'expected more than 0')
      return { kind, limit, ...marks, ...given(pie ?? {}) }
    }
  }
}

function resolveLimit({ unit, value }: Size, { error, keys, bdp, packet }: AroundQueue): Limit {
  if (value === 0) throw error(keys, 'expected more than 0: a queue that holds nothing drops everything')
  if (unit === 'packets') {
    if (!Number.isInteger(value)) throw error(keys, 'expected a whole number of packets')
    return { packets: value }
  }
  if (unit === 'bdp') return { bytes: Math.max(packet, Math.round(value * bdp)) }
  if (value < packet) throw error(keys, `expected room for a packet of ${packet} bytes (a number alone is bytes: for packets write ${value}p)`)
  return { bytes: value }
}

/** In packets of the largest size. */
const packetsOf = ({ unit, value }: Size, { bdp, packet }: AroundQueue): number =>
  unit === 'packets' ? value : (unit === 'bdp' ? value * bdp : value) / packet

const packetsIn = ({ packets = Infinity, bytes = Infinity }: Limit, packet: number): number => Math.min(packets, bytes / packet)

function resolveDroptail({ ecn }: QueueSpec, limit: Limit, around: AroundQueue): QueueOptions {
  const { error, keys, bdp, packet } = around
  if (ecn === true) throw error([...keys, 'ecn'], 'expected where to mark from, such as { step: 20p }: droptail knows no other')
  if (ecn === undefined || ecn === false) return { kind: 'droptail', limit }
  const { step } = ecn
  if (step.unit === 'ns') return { kind: 'step', limit, delay: step.value }
  // A packet that is let in finds less than the limit.
  if (packetsOf({ unit: step.unit, value: step.value }, around) > packetsIn(limit, packet) - 1) {
    const room = limit.packets === undefined ? `${limit.bytes} bytes` : `${limit.packets} packets`
    throw error([...keys, 'ecn', 'step'], `a step at ${formatSize(step)} marks nothing: the queue holds ${room}`)
  }
  if (step.unit === 'packets') return { kind: 'step', limit, packets: step.value }
  return { kind: 'step', limit, bytes: step.unit === 'bdp' ? Math.round(step.value * bdp) : step.value }
}

function resolveRed(red: NonNullable<QueueSpec['red']> | undefined, limit: Limit, marks: { ecn?: boolean }, around: AroundQueue): QueueOptions {
  const { error, keys, packet, rate } = around
  if (red === undefined) throw error(keys, 'expected its thresholds, such as { min: 20p, max: 60p }')
  const { probability, weight, gentle } = red
  const [min, max] = [packetsOf(red.min, around), packetsOf(red.max, around)]
  if (min === 0) throw error([...keys, 'min'], 'expected more than 0')
  if (max <= min) throw error([...keys, 'max'], `expected more than min, which is ${formatSize(red.min)}`)
  if (max > packetsIn(limit, packet)) throw error([...keys, 'max'], 'expected no more than the limit of the queue')
  if (probability === 0) throw error([...keys, 'probability'], 'expected more than 0')
  if (weight === 0 || weight === 1) throw error([...keys, 'weight'], 'expected more than 0 and less than 1')
  const options = given({ maxProbability: probability, weight, gentle })
  return { kind: 'red', limit, min, max, packetTime: (packet * 8e9) / nominalRate(rate), ...options, ...marks }
}

function checkCodel<T extends { target?: number; interval?: number; quantum?: number }>(options: T, { error, keys }: Around): T {
  const { target = 5e6, interval = 100e6, quantum = 1514 } = options
  if (interval === 0) throw error([...keys, 'interval'], 'expected more than 0')
  if (target >= interval) throw error([...keys, 'target'], 'expected less than the interval')
  if (quantum < 1) throw error([...keys, 'quantum'], 'expected a byte or more')
  return options
}

