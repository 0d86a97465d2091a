import * as assert from 'uvu/assert'

/** Fails unless each figure is the expected one but for so much of it: what R and SciPy print, and rounding. */
export function alike(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  const isAlike = (value: number, index: number): boolean => {
    const wanted = expected[index] ?? Number.NaN
    return Math.abs(value - wanted) <= tolerance * Math.max(Math.abs(wanted), Number.MIN_VALUE)
  }
  assert.ok(actual.length === expected.length && actual.every(isAlike), `${actual.join(' ')} is not ${expected.join(' ')}`)
}
