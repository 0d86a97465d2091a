import type { Fate, Packet } from '../packet.ts'
import type { Random } from '../random.ts'
import { Codel, type CodelOptions } from './codel.ts'
import { Droptail } from './droptail.ts'
import { FqCodel, type FqCodelOptions } from './fq-codel.ts'
import { Pie, type PieOptions } from './pie.ts'
import type { Discipline, Limit } from './queue.ts'
import { Red, type RedOptions } from './red.ts'
import { type StepOptions, StepMarking } from './step.ts'

/** Which discipline a queue has, and its parameters: packets, bytes and ns. */
export type QueueOptions =
  | { kind: 'droptail'; limit: Limit }
  | ({ kind: 'step' } & StepOptions)
  | ({ kind: 'red' } & RedOptions)
  | ({ kind: 'codel'; limit: Limit } & CodelOptions)
  | ({ kind: 'fq_codel' } & FqCodelOptions)
  | ({ kind: 'pie' } & PieOptions)

export function queueOf<P extends Packet>(options: QueueOptions, random: Random, fate: Fate<P>): Discipline<P> {
  switch (options.kind) {
    case 'droptail':
      return new Droptail(options.limit, fate)
    case 'step':
      return new StepMarking(options, fate)
    case 'red':
      return new Red(options, random, fate)
    case 'codel':
      return new Codel(options, fate)
    case 'fq_codel':
      return new FqCodel(options, random, fate)
    case 'pie':
      return new Pie(options, random, fate)
  }
}
