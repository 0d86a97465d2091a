import { UsageError } from '../errors/index.ts'

/** What a unit stands for: times ten to this power, and times a factor where that is not enough. */
type Scale = readonly [exponent: number, factor?: number]

/** A kind of quantity that people write as a number with a unit. */
export interface QuantityOptions {
  /** Its name in the JSON Schema. */
  id: string
  /** For messages: `a rate`. */
  noun: string
  /** How it is written: `100mbit or 1.5gbit`. */
  example: string
  /** By name; one named '' is what a number alone means. */
  units: Readonly<Record<string, Scale>>
  /** The units that are printed, largest first; the last one prints any value. */
  printed: readonly string[]
  most?: number
}

/** Reads and prints one kind of quantity. */
export interface Quantity extends Pick<QuantityOptions, 'id' | 'noun' | 'example'> {
  /** @throws UsageError that shows how it is written */
  parse: (input: string | number) => number
  /** The shortest text in the largest unit that is read as the same value. */
  format: (value: number) => string
  /** The value, or undefined for what is none. */
  read: (input: unknown) => number | undefined
  /** What was expected, and what was found instead. */
  expected: (found: unknown) => string
  /** What texts it takes. */
  pattern: RegExp
  /** Of a number without a unit, the largest that it takes. */
  mostBare: number
}

// More digits than a number can have say no more, and take longer.
const digits = String.raw`\d{1,25}(?:\.\d{1,25})?(?:[eE][+-]?\d{1,3})?`

export function quantity({ id, noun, example, units, printed, most = Infinity }: QuantityOptions): Quantity {
  const names = Object.keys(units).filter((name) => name !== '')
  const alternatives = names.map((name) => name.replaceAll(/[^\w%µ]/g, String.raw`\$&`)).join('|')
  const canBeBare = units[''] !== undefined
  const pattern = new RegExp(`^(?:0|${digits} ?(?:${alternatives})${canBeBare ? '?' : ''})$`)
  const parts = new RegExp(`^(${digits}) ?(.*)$`)

  const read = (input: unknown): number | undefined => {
    const text = typeof input === 'number' ? String(input) : input
    if (typeof text !== 'string' || !pattern.test(text)) return undefined
    const [, number = '', unit = ''] = parts.exec(text) ?? []
    const [mantissa = '', power = '0'] = number.toLowerCase().split('e')
    const [exponent, factor = 1] = units[unit] ?? [0]
    // Shifting the point in the text rounds once, as multiplying by 0.001 would not.
    const value = Number(`${mantissa}e${Number(power) + exponent}`) * factor
    return value <= most && value < Infinity ? value : undefined
  }
  const expected = (found: unknown): string => `expected ${noun} such as ${example}, not ${shown(found)}`

  return {
    id,
    noun,
    example,
    read,
    pattern,
    expected,
    mostBare: canBeBare ? most : 0,
    parse(input) {
      const value = read(input)
      if (value === undefined) throw new UsageError(expected(input))
      return value
    },
    format(value) {
      const texts = printed.map((unit) => {
        const [exponent, factor = 1] = units[unit] ?? [0]
        return { amount: value / 10 ** exponent / factor, text: `${value / 10 ** exponent / factor}${unit}` }
      })
      return texts.find(({ amount, text: each }) => amount >= 1 && read(each) === value)?.text ?? texts.at(-1)?.text ?? ''
    },
  }
}

/** A value that was found, for a message. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'keys and values'
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
