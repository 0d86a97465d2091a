import { z } from 'zod'
import { bdp, bytes, expectedSize, expectedThreshold, packets, type Quantity, readSize, readThreshold, time } from '../../units/index.ts'
import { readBy } from './quantity.ts'

export const sizeSchema = readBy(texts('size', [bdp, packets, bytes], expectedSize), readSize, expectedSize)
export const thresholdSchema = readBy(texts('threshold', [packets, bytes, time, bdp], expectedThreshold), readThreshold, expectedThreshold)

function texts(id: string, kinds: readonly Quantity[], expected: (found: unknown) => string) {
  const error = ({ input }: { input?: unknown }): string => expected(input)
  const text = z.string({ error }).regex(new RegExp(kinds.map(({ pattern }) => pattern.source).join('|')), { error })
  return z.union([text, z.number({ error }).min(0, { error })], { error }).meta({ id })
}
