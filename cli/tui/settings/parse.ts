import { z } from 'zod'
import { UsageError } from '../../../src/errors/index.ts'
import { readDocument, strict } from '../../../src/spec/index.ts'
import { bindings } from '../keys/bindings.ts'
import { themes } from '../theme/themes.ts'
import { type Settings, usualSettings } from './settings.ts'

const keys = z.union([z.string().transform((key) => [key]), z.array(z.string())], { error: 'expected a key in quotes, such as "x", or a list of keys' })
const document = strict({
  keys: z.record(z.string(), keys).default({}),
  theme: z.enum(themes.map(({ name }) => name)).default(themes[0].name),
  charset: z.enum(['auto', 'unicode', 'ascii']).default('auto'),
}).nullish()

/** @throws ObjectError or UsageError that names the file and the place in it */
export function parseSettings(text: string, file: string, isReplay = false): Settings {
  const { value } = readDocument(document, { text, file })
  if (!value) return usualSettings(isReplay)
  const { keys: own, theme, charset } = value
  try {
    return { bindings: bindings(own, isReplay), theme, charset }
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`, { hint: error.hint }) : error
  }
}
