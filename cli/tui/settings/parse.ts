import { z } from 'zod'
import { UsageError } from '../../../src/errors/index.ts'
import { bindings } from '../keys/bindings.ts'
import { themes } from '../theme/themes.ts'
import { type Settings, usualSettings } from './settings.ts'

const keys = z.union([z.string().transform((key) => [key]), z.array(z.string())])
const document = z
  .strictObject({
    keys: z.record(z.string(), keys).default({}),
    theme: z.enum(themes.map(({ name }) => name)).default(themes[0].name),
    charset: z.enum(['auto', 'unicode', 'ascii']).default('auto'),
  })
  .nullish()

/** @throws {UsageError} that names the file and the place in it */
export function parseSettings(given: unknown, file: string, isReplay = false): Settings {
  const parsed = document.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UsageError(`${file}: ${[issue?.path.join('.'), issue?.message].filter((part) => part).join(': ')}`)
  }
  if (!parsed.data) return usualSettings(isReplay)
  const { keys: own, theme, charset } = parsed.data
  try {
    return { bindings: bindings(own, isReplay), theme, charset }
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`, { hint: error.hint }) : error
  }
}
