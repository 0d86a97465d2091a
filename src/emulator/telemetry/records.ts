import type { DropReason, MarkReason } from '../../link-model/index.ts'
import type { Layout } from './columns.ts'

/** What became of a packet at a link. Its place is the code in the column `fate`. */
export const fates = ['delivered', 'loss', 'policer', 'limit', 'red', 'codel', 'pie'] as const satisfies readonly (
  | DropReason
  | 'delivered'
)[]

/** Who marked it. Its place is the code in the column `mark`. */
export const markReasons = ['', 'step', 'red', 'codel', 'pie', 'random'] as const satisfies readonly (MarkReason | '')[]

/** One packet at one link. */
export const packetLayout = {
  /** When it came to the link. Times are ns of CLOCK_MONOTONIC. */
  arrivedAt: 'f64',
  /** When the link was done with it, by the model: the delivery at its far end, or the drop. */
  leftAt: 'f64',
  /** How long after that it was sent on or taken note of, ns: the emulator's own error. At most 4.29 s. */
  late: 'u32',
  /** What waited in the queue when it came. */
  packetsAhead: 'u32',
  bytesAhead: 'u32',
  /** The hash of its flow, of 32 bits. */
  flow: 'u32',
  /** Bytes of the frame, from the Ethernet header on. */
  size: 'u16',
  link: 'u8',
  /** 0 to the right, 1 to the left. */
  direction: 'u8',
  /** Its ECN field when it came and when it left. */
  ecnArrived: 'u8',
  ecnLeft: 'u8',
  mark: 'u8',
  fate: 'u8',
} as const satisfies Layout

/** In which ways the emulator can fail to keep its promise. Its place is the code in the column `kind`. */
export const lapses = [
  /** Packets left later than they should have, by more than the bound: `amount` is the worst lateness, ns. */
  'late',
  /** The kernel found no frame to receive into: so many times. What it dropped then is in `rx-dropped`. */
  'fill-empty',
  /** The kernel found the rx ring full: so many times. */
  'rx-full',
  /** The kernel dropped so many frames before they came to the emulator. */
  'rx-dropped',
  /** So many frames waited because the tx ring was full. */
  'tx-full',
  /** So many times no frame of the umem was free. */
  'no-frame',
] as const

export type Lapse = (typeof lapses)[number]

/** One occasion on which the emulator fell behind. */
export const lapseLayout = {
  at: 'f64',
  amount: 'f64',
  kind: 'u8',
  /** The port, where it is one's. */
  port: 'u8',
} as const satisfies Layout
