import { formatBytes } from '../../../units/index.ts'
import { meanSize, oneSize, scaled, type SizeDistribution, truncated } from '../sizes/distribution.ts'
import { parseSizes } from '../sizes/parse.ts'
import { readShippedSizes } from '../sizes/shipped.ts'
import type { Around } from './context.ts'
import type { SizesSpec } from './schema.ts'

export function resolveSizes(spec: SizesSpec, around: Around): SizeDistribution {
  const { error, keys, readFile } = around
  if (typeof spec === 'string') return readShippedSizes(spec)
  if (typeof spec === 'number') {
    if (spec >= 1 && Number.isSafeInteger(spec)) return oneSize(spec)
    throw error(keys, 'expected a whole number of bytes, one at least')
  }
  const { distribution, file, scale = 1, largest = Infinity } = spec
  const read = distribution === undefined ? parseSizes({ text: readFile(file ?? ''), file: file ?? '' }) : readShippedSizes(distribution)
  const sizes = scaled(read, scale)
  const kept = truncated(sizes, largest)
  if (kept === undefined) {
    const least = sizes.find(({ share }) => share > 0)?.bytes ?? 0
    throw error([...keys, 'largest'], `expected ${formatBytes(Math.ceil(least))} or more: no flow is smaller`)
  }
  checkRounding(kept, scale, around)
  return kept
}

/** Flows have whole bytes. Where most are small, rounding would change the load that was asked for. */
function checkRounding(sizes: SizeDistribution, scale: number, { error, keys }: Around): void {
  const [least, at] = scale === 1 ? [1, keys] : [100, [...keys, 'scale']]
  if (meanSize(sizes) < least) throw error(at, `expected sizes of ${least} B or more in the mean`)
  if (!Number.isSafeInteger(Math.ceil(sizes.at(-1)?.bytes ?? 0))) throw error(at, 'expected sizes below 9 PB')
}
