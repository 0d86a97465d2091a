import { UsageError } from '../errors/index.ts'
import { shown } from './quantity.ts'
import { bdp, bytes, packets, time } from './units.ts'

/** How much a queue holds: bytes, packets, or times what is on the way at the link's rate in one round trip. */
export interface Size {
  unit: 'bytes' | 'packets' | 'bdp'
  value: number
}

/** From where on a queue marks: how much is in it, or for how long a packet waited, ns. */
export type Threshold = Size | { unit: 'ns'; value: number }

const quantities = { bdp, packets, bytes, ns: time } as const
const sizeExample = '1bdp, 20p (packets), 64kb or 30000 (bytes)'
const thresholdExample = '20p (packets), 30kb or 1ms'

const readAs = <Unit extends keyof typeof quantities>(units: readonly Unit[], input: unknown): { unit: Unit; value: number } | undefined => {
  for (const unit of units) {
    const value = quantities[unit].read(input)
    if (value !== undefined) return { unit, value }
  }
  return undefined
}

/** @throws UsageError that shows how it is written */
export function parseSize(input: string | number): Size {
  const size = readSize(input)
  if (size === undefined) throw new UsageError(expectedSize(input))
  return size
}

export const formatSize = ({ unit, value }: Threshold): string => quantities[unit].format(value)

export const expectedSize = (found: unknown): string => `expected a size such as ${sizeExample}, not ${shown(found)}`
export const expectedThreshold = (found: unknown): string => `expected where to mark from, such as ${thresholdExample}, not ${shown(found)}`

export const readSize = (input: unknown): Size | undefined => readAs(['bdp', 'packets', 'bytes'], input)
export const readThreshold = (input: unknown): Threshold | undefined => readAs(['packets', 'bytes', 'ns', 'bdp'], input)
