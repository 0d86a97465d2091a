// Four buckets for each power of two, so that a bucket's bounds are 25 % apart at most.
const partBits = 2
const parts = 1 << partBits
const most = 0xffff_ffff

/** How often values of which size came, from 0 to 2^32 - 1: what is larger counts as that. */
export class Histogram {
  readonly #counts = new Float64Array(33 * parts)
  count = 0
  max = 0

  add(value: number): void {
    if (value > this.max) this.max = value
    this.count += 1
    const bucket = bucketOf(value >= most ? most : value < 0 ? 0 : value >>> 0)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  /** The value up to which `share` (0 to 1) of all lie: at most 25 % too large, never too small. 0 when there are none. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.count)
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (count > 0 && left <= 0) return Math.min(this.max, upperBound(bucket))
    }
    return 0
  }
}

function bucketOf(value: number): number {
  if (value < parts) return value
  const shift = 31 - partBits - Math.clz32(value)
  return (shift + 1) * parts + ((value >>> shift) & (parts - 1))
}

function upperBound(bucket: number): number {
  const shift = Math.floor(bucket / parts) - 1
  return shift < 0 ? bucket : ((bucket % parts) + parts + 1) * 2 ** shift - 1
}
