/** This share of all flows has at most so many bytes. */
export interface SizePoint {
  bytes: number
  share: number
}

/**
 * How large flows are, as points of the distribution function. Neither bytes nor share falls from one to the next; the
 * first share is 0 and the last is 1. Between two points sizes are spread evenly, and where two have the same bytes, all
 * flows between their shares have just that size.
 */
export type SizeDistribution = readonly SizePoint[]

export const oneSize = (bytes: number): SizeDistribution => [
  { bytes, share: 0 },
  { bytes, share: 1 },
]

/** Bytes. */
export function meanSize(sizes: SizeDistribution): number {
  return segmentsOf(sizes).reduce((sum, [low, high]) => sum + ((high.share - low.share) * (low.bytes + high.bytes)) / 2, 0)
}

/** The size below which lies this share of all flows, from 0 up to but not including 1: in whole bytes, one at least. */
export function sizeAt(sizes: SizeDistribution, share: number): number {
  const index = firstAbove(sizes, share)
  const low = sizes[index - 1]
  const high = sizes[index]
  if (low === undefined || high === undefined) return Number.NaN
  const part = (share - low.share) / (high.share - low.share)
  return Math.max(1, Math.round(low.bytes + part * (high.bytes - low.bytes)))
}

/** The share of all flows that has at most so many bytes. */
export function shareAtMost(sizes: SizeDistribution, bytes: number): number {
  const index = sizes.findIndex((point) => point.bytes > bytes)
  if (index === -1) return 1
  const low = sizes[index - 1]
  const high = sizes[index]
  if (low === undefined || high === undefined) return 0
  return low.share + ((bytes - low.bytes) / (high.bytes - low.bytes)) * (high.share - low.share)
}

/** Each size times this. */
export const scaled = (sizes: SizeDistribution, factor: number): SizeDistribution =>
  sizes.map(({ bytes, share }) => ({ bytes: bytes * factor, share }))

/** The flows that have at most so many bytes, and none of the others; undefined where there are no such flows. */
export function truncated(sizes: SizeDistribution, largest: number): SizeDistribution | undefined {
  const whole = shareAtMost(sizes, largest)
  if (whole === 0) return undefined
  if (whole === 1) return sizes
  const kept = sizes.filter(({ bytes }) => bytes <= largest)
  const end = kept.at(-1)?.share === whole ? [] : [{ bytes: largest, share: whole }]
  return [...kept, ...end].map(({ bytes, share }) => ({ bytes, share: share / whole }))
}

/** Where the first point lies that has a larger share, found by halving. */
function firstAbove(sizes: SizeDistribution, share: number): number {
  let [low, high] = [0, sizes.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sizes[middle]?.share ?? 1) > share) high = middle
    else low = middle + 1
  }
  return low
}

const segmentsOf = (sizes: SizeDistribution): (readonly [SizePoint, SizePoint])[] =>
  sizes.flatMap((high, index) => {
    const low = sizes[index - 1]
    return low === undefined ? [] : [[low, high] as const]
  })
