import type { QdiscOptions } from '../../kernel/index.ts'
import type { Limit, QueueOptions } from '../../link-model/index.ts'
import type { Refuse } from './refuse.ts'

/** The kernel's discipline for a queue. */
export type Discipline = Extract<QdiscOptions, { kind: 'pfifo' | 'bfifo' | 'red' | 'codel' | 'fq_codel' | 'pie' }>

interface Around {
  /** Bytes of the largest frame. */
  packet: number
  refuse: Refuse
}

/** It never comes to this: CoDel then does nothing of its own. */
const never = 1000e9
/** By how much a weight may differ from the next power of two, of itself. */
const weightTolerance = 0.05
/** Fixed in net/sched/sch_pie.c. */
const pieBurst = 150e6

/**
 * What the kernel does for a queue. Where it counts otherwise than the specification, bytes for packets or the reverse, it is
 * told of packets of the largest size.
 *
 * @throws UsageError for what it cannot do
 */
export function disciplineOf(queue: QueueOptions, around: Around): Discipline {
  const { packet, refuse } = around
  switch (queue.kind) {
    case 'droptail':
      return fifoOf(queue.limit, refuse)
    case 'step':
      return stepOf(queue, around)
    case 'red':
      return redOf(queue, around)
    case 'codel': {
      const { kind, target, interval, ecn } = queue
      return { kind, limit: packetsOf(queue.limit, packet), target, interval, ecn }
    }
    case 'fq_codel': {
      const { kind, target, interval, ecn, queues, quantum = 1514 } = queue
      return { kind, limit: packetsOf(queue.limit, packet), quantum, target, interval, ecn, flows: queues }
    }
    case 'pie':
      return pieOf(queue, around)
  }
}

function fifoOf({ packets, bytes }: Limit, refuse: Refuse): Discipline {
  if (packets !== undefined && bytes !== undefined) throw refuse('queue.limit', 'a queue of the kernel is limited in packets or in bytes, not in both')
  if (bytes !== undefined) return { kind: 'bfifo', limit: bytes }
  return { kind: 'pfifo', limit: packets ?? 0xffff_ffff }
}

/**
 * A step in time is CoDel's `ce_threshold`, with a target that it never comes to. One in bytes or packets is RED without an
 * average, marking all that finds more than the step and dropping nothing.
 */
function stepOf({ limit, packets, bytes, delay }: Extract<QueueOptions, { kind: 'step' }>, { packet, refuse }: Around): Discipline {
  const step = packets === undefined ? bytes : packets * packet
  if (delay !== undefined) {
    if (step !== undefined) throw refuse('queue.ecn.step', 'the kernel marks from a size or from a time on, not from both')
    return { kind: 'codel', limit: packetsOf(limit, packet), target: never, interval: never, markAfter: delay }
  }
  // What finds one byte more than the step is over the maximum, a byte later, but for a queue of exactly that length.
  const min = Math.floor(step ?? bytesOf(limit, packet)) + 1
  return { kind: 'red', limit: bytesOf(limit, packet), min, max: min + 1, probability: 1, weightLog: 0, halving: 0, ecn: 'only' }
}

function redOf(queue: Extract<QueueOptions, { kind: 'red' }>, { packet, refuse }: Around): Discipline {
  const { limit, min, max, maxProbability = 0.1, weight = 0.002, gentle = true, ecn = false, packetTime } = queue
  if (gentle) throw refuse('queue.red.gentle', "the kernel's RED drops or marks every packet from max on: it takes gentle: false alone")
  const weightLog = Math.round(-Math.log2(weight))
  const nearest = 2 ** -weightLog
  if (Math.abs(nearest / weight - 1) > weightTolerance) {
    throw refuse('queue.red.weight', `the kernel knows powers of two alone, and of ${weight} the nearest is ${nearest}`)
  }
  // (1 - weight)^packets = 1/2
  const halving = (Math.LN2 / -Math.log1p(-nearest)) * packetTime * 1e-3
  const [minBytes, maxBytes] = [Math.round(min * packet), Math.round(max * packet)]
  // Its average is a u32 with as many bits behind the point.
  if (maxBytes >= 2 ** (31 - weightLog)) throw refuse('queue.red.max', `the kernel takes no more than ${2 ** (31 - weightLog) - 1} bytes with this weight`)
  return { kind: 'red', limit: bytesOf(limit, packet), min: minBytes, max: maxBytes, probability: maxProbability, weightLog, halving, ecn: ecn ? 'hard' : undefined }
}

function pieOf({ kind, limit, target, update, burst = pieBurst, alpha, beta, ecn }: Extract<QueueOptions, { kind: 'pie' }>, { packet, refuse }: Around): Discipline {
  if (burst !== pieBurst) throw refuse('queue.pie.burst', 'the kernel lets a burst of 150ms through, no other')
  const weight = (key: string, value: number | undefined): number | undefined => {
    if (value === undefined) return undefined
    if (!Number.isInteger(value * 16) || value > 2) throw refuse(`queue.pie.${key}`, `the kernel takes whole sixteenths up to 2, not ${value}`)
    return value * 16
  }
  return { kind, limit: packetsOf(limit, packet), target, update, alpha: weight('alpha', alpha), beta: weight('beta', beta), ecn }
}

/** At least one, as the least of the two limits says. */
const packetsOf = ({ packets = Infinity, bytes = Infinity }: Limit, packet: number): number =>
  Math.min(0xffff_ffff, Math.max(1, Math.floor(Math.min(packets, bytes / packet))))

const bytesOf = ({ packets = Infinity, bytes = Infinity }: Limit, packet: number): number => Math.min(0x7fff_ffff, bytes, packets * packet)
