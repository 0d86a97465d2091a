/** From where to where a probability may lie. */
export interface Interval {
  low: number
  high: number
}

/**
 * The exact interval of a probability of which `hits` of `trials` were seen: in no case is the true one outside more often
 * than `1 - confidence` says. Numbers need not be whole: trials that depend on each other are worth fewer.
 *
 * @see Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
 * Biometrika 26 (1934)
 */
export function binomialInterval(hits: number, trials: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2
  return {
    low: hits <= 0 ? 0 : betaQuantile(tail, hits, trials - hits + 1),
    high: hits >= trials ? 1 : betaQuantile(1 - tail, hits + 1, trials - hits),
  }
}

/** By halving: the last bit is reached in about a thousand steps for the smallest answers, and in sixty for others. */
function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high || high - low < 1e-13 * high) return middle
    if (incompleteBeta(middle, a, b) < probability) low = middle
    else high = middle
  }
}

/** The regularized incomplete beta function I_x(a, b): NIST Digital Library of Mathematical Functions, 8.17.1 and 8.17.22. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  // The continued fraction converges fast on this side of the mean only (8.17.4 for the other).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a
  return front / continuedFraction(x, a, b)
}

/** Evaluated from the front, as Thompson and Barnett modified Lentz's way, J. Comput. Phys. 64 (1986). */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let [value, c, d] = [1, 1, 0]
  for (let index = 1; index < 100_000; index += 1) {
    const half = Math.floor(index / 2)
    const term =
      index % 2 === 0
        ? (half * (b - half) * x) / ((a + index - 1) * (a + index))
        : (-(a + half) * (a + b + half) * x) / ((a + index - 1) * (a + index))
    d = 1 / (1 + term * d || tiny)
    c = 1 + term / c || tiny
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return value
}

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) from 10 on, where it has all digits, and the recurrence below. */
export function logGamma(x: number): number {
  let [shift, z] = [0, x]
  for (; z < 10; z += 1) shift += Math.log(z)
  const inverse = 1 / (z * z)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
