import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SizeDistribution } from './distribution.ts'
import { parseSizes } from './parse.ts'

export const shippedSizes = ['websearch', 'datamining'] as const

/** A distribution that comes with ccdk: its file says who measured it. */
export function readShippedSizes(name: (typeof shippedSizes)[number]): SizeDistribution {
  const file = fileURLToPath(import.meta.resolve(`ccdk/sizes/${name}.txt`))
  return parseSizes({ text: readFileSync(file, 'utf8'), file })
}
