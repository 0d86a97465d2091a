import { z } from 'zod'
import { bytes, probability, type Quantity, rate, time } from '../../units/index.ts'

/** Takes what the quantity reads. */
export function quantitySchema({ id, noun, example, pattern, mostBare, read, expected }: Quantity): z.ZodType<number, string | number> {
  const error = ({ input }: { input?: unknown }): string => expected(input)
  const text = z.string({ error }).regex(pattern, { error })
  const least = z.number({ error }).min(0, { error })
  const number = mostBare === 0 ? z.literal(0, { error }) : mostBare < Infinity ? least.max(mostBare, { error }) : least
  return readBy(z.union([text, number], { error }).meta({ id, description: `${noun}: ${example}` }), read, expected)
}

/** Takes texts and numbers that are read as a value, and says what was expected of others. */
export function readBy<T>(
  input: z.ZodType<string | number, string | number>,
  read: (input: unknown) => T | undefined,
  expected: (found: unknown) => string,
): z.ZodType<T, string | number> {
  return input.transform((found, context) => {
    const value = read(found)
    if (value !== undefined) return value
    context.issues.push({ code: 'custom', message: expected(found), input: found })
    return z.NEVER
  })
}

export const rateSchema = quantitySchema(rate)
export const timeSchema = quantitySchema(time)
export const bytesSchema = quantitySchema(bytes)
export const probabilitySchema = quantitySchema(probability)
