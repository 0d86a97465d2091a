import { InvalidArgumentError } from 'commander'

/** Reads an option that is a number within limits. */
export function number({ above, atMost, whole = false }: { above: number; atMost: number; whole?: boolean }) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value > above && value <= atMost && (!whole || Number.isInteger(value))) return value
    throw new InvalidArgumentError(`It takes a ${whole ? 'whole ' : ''}number above ${above}, at most ${atMost}.`)
  }
}
