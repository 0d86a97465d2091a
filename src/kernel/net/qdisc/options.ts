import type { Attribute } from '../netlink.ts'
import {
  type CodelQdiscOptions,
  encodeCodel,
  encodeFqCodel,
  encodePie,
  type FqCodelQdiscOptions,
  type PieQdiscOptions,
} from './delay-controlled.ts'
import { encodeNetem, type NetemOptions } from './netem.ts'
import { encodeRed, type RedQdiscOptions } from './red.ts'
import { encodeTbf, type TbfOptions } from './tbf.ts'
import { u32s } from './words.ts'

/** A first-in-first-out queue with room for so many packets (pfifo) or bytes (bfifo). */
export interface FifoOptions {
  kind: 'pfifo' | 'bfifo'
  limit: number
}

/** A queueing discipline of the kernel, and what it is told. */
export type QdiscOptions =
  | FifoOptions
  | TbfOptions
  | NetemOptions
  | RedQdiscOptions
  | CodelQdiscOptions
  | FqCodelQdiscOptions
  | PieQdiscOptions

export type QdiscKind = QdiscOptions['kind']

/** The value of TCA_OPTIONS. */
export function encodeQdisc(options: QdiscOptions): Attribute[1] {
  switch (options.kind) {
    case 'pfifo':
    case 'bfifo':
      // ABI: struct tc_fifo_qopt: u32 limit.
      return u32s(options.limit)
    case 'tbf':
      return encodeTbf(options)
    case 'netem':
      return encodeNetem(options)
    case 'red':
      return encodeRed(options)
    case 'codel':
      return encodeCodel(options)
    case 'fq_codel':
      return encodeFqCodel(options)
    case 'pie':
      return encodePie(options)
  }
}

/** The same for one that is there already, without what cannot be another: fq_codel refuses to hear of its flows again. */
export const encodeChange = (options: QdiscOptions): Attribute[1] => encodeQdisc(options.kind === 'fq_codel' ? { ...options, flows: undefined } : options)
