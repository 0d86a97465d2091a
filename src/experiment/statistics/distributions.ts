/** The probability that a standard normal figure is at most `x`. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x)
  const density = Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI)
  return x > -4 ? 0.5 + density * seriesAround0(x) : density / tailFraction(-x)
}

/** x + x³/3 + x⁵/15 + … (Abramowitz and Stegun 26.2.11) */
function seriesAround0(x: number): number {
  let [sum, term] = [x, x]
  for (let odd = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd
    sum += term
  }
  return sum
}

/** x + 1/(x + 2/(x + 3/(x + …))) (Abramowitz and Stegun 26.2.14), which is quick far from 0. */
function tailFraction(x: number): number {
  let fraction = x
  for (let depth = 60; depth > 0; depth -= 1) fraction = x + depth / fraction
  return fraction
}

/** The figure that a standard normal one is below with this probability. */
export function normalQuantile(probability: number): number {
  return inverse(normalCdf, probability)
}

/** The probability that a figure of Student's t is at most `t`, for a whole number of degrees of freedom. */
export function studentCdf(t: number, freedom: number): number {
  // Abramowitz and Stegun 26.7.3 and 26.7.4: finite sums of powers of cos²θ.
  const angle = Math.atan(t / Math.sqrt(freedom))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = freedom % 2 === 1
  let [sum, term] = [0, isOdd ? cosine : 1]
  for (let step = isOdd ? 3 : 2; step <= freedom; step += 2) {
    sum += term
    term *= (cosine * cosine * (step - 1)) / step
  }
  return 0.5 + (isOdd ? (angle + sine * sum) / Math.PI : (sine * sum) / 2)
}

/** The figure that one of Student's t is below with this probability. */
export function studentQuantile(probability: number, freedom: number): number {
  return inverse((t) => studentCdf(t, freedom), probability)
}

/** The inverse of a distribution that is symmetric about 0, by halving. */
function inverse(cdf: (x: number) => number, probability: number): number {
  if (probability > 0.5) return -inverse(cdf, 1 - probability)
  if (!(probability > 0)) return -Infinity
  let [low, high] = [-1, 0]
  while (cdf(low) > probability) [low, high] = [low * 2, low]
  for (;;) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) return middle
    if (cdf(middle) < probability) low = middle
    else high = middle
  }
}
