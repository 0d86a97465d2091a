/** What a set of figures is summed up to. */
export type Estimator = 'mean' | 'median' | 'hodges-lehmann'

/** The estimate of a set in which the figure `i` is `counts[i]` times: the form that the bootstrap draws. */
export type CountedEstimate = (counts: Uint32Array) => number

/** Sorts once, so that each of thousands of resamples costs a walk only. */
export function countedEstimate(estimator: Estimator, values: readonly number[]): CountedEstimate {
  switch (estimator) {
    case 'mean':
      return meanOf(values)
    case 'median':
      return medianOf(values)
    case 'hodges-lehmann':
      return pseudomedianOf(values)
  }
}

/** The estimate of the figures as they are. */
export function estimate(estimator: Estimator, values: readonly number[]): number {
  return countedEstimate(estimator, values)(new Uint32Array(values.length).fill(1))
}

function meanOf(values: readonly number[]): CountedEstimate {
  return (counts) => values.reduce((sum, value, index) => sum + value * (counts[index] ?? 0), 0) / sizeOf(counts)
}

function medianOf(values: readonly number[]): CountedEstimate {
  const order = Uint32Array.from(values.keys()).toSorted((one, other) => (values[one] ?? 0) - (values[other] ?? 0))
  const sorted = Float64Array.from(order, (index) => values[index] ?? 0)
  return (counts) => middle(sorted, (place) => counts[order[place] ?? 0] ?? 0, sizeOf(counts))
}

/**
 * The estimate of Hodges and Lehmann (1963): the median of the means of all pairs, each figure with itself too. It is
 * nearly as exact as the mean where figures are normal, and a wild one hardly moves it.
 */
function pseudomedianOf(values: readonly number[]): CountedEstimate {
  const pairs = values
    .flatMap((first, left) => values.slice(left).map((second, ahead) => ({ value: first / 2 + second / 2, left, right: left + ahead })))
    .toSorted((one, other) => one.value - other.value)
  const sorted = Float64Array.from(pairs, ({ value }) => value)
  const lefts = Uint32Array.from(pairs, ({ left }) => left)
  const rights = Uint32Array.from(pairs, ({ right }) => right)
  return (counts) => {
    const weigh = (place: number): number => {
      const left = lefts[place] ?? 0
      const right = rights[place] ?? 0
      const count = counts[left] ?? 0
      return left === right ? (count * (count + 1)) / 2 : count * (counts[right] ?? 0)
    }
    const size = sizeOf(counts)
    return middle(sorted, weigh, (size * (size + 1)) / 2)
  }
}

function sizeOf(counts: Uint32Array): number {
  let size = 0
  for (let index = 0; index < counts.length; index += 1) size += counts[index] ?? 0
  return size
}

/** The median of weighted figures; halfway between two where the weights part evenly. */
function middle(sorted: Float64Array, weigh: (place: number) => number, total: number): number {
  let place = 0
  let below = 0
  while (below * 2 < total) {
    below += weigh(place)
    place += 1
  }
  const value = sorted[place - 1] ?? Number.NaN
  if (below * 2 > total) return value
  while (weigh(place) === 0) place += 1
  return value / 2 + (sorted[place] ?? Number.NaN) / 2
}
