import { InvalidArgumentError } from 'commander'

type Limits = ({ above: number } | { atLeast: number }) & { atMost: number; whole?: boolean }

/** Reads an option that is a number within limits. */
export function number({ atMost, whole = false, ...least }: Limits) {
  const isEnough = (value: number): boolean => ('above' in least ? value > least.above : value >= least.atLeast)
  const range = 'above' in least ? `above ${least.above}, at most ${atMost}` : `from ${least.atLeast} to ${atMost}`
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (isEnough(value) && value <= atMost && (!whole || Number.isInteger(value))) return value
    throw new InvalidArgumentError(`It takes a ${whole ? 'whole ' : ''}number ${range}.`)
  }
}
