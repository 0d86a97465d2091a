import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../../src/errors/index.ts'
import { fileError } from '../../src/kernel/index.ts'
import { type Bindings, bindings } from './keys/bindings.ts'
import type { Charset } from './theme/glyphs.ts'
import { themes } from './theme/themes.ts'

/** How a person wants `ccdk top` to look and to listen. */
export interface Settings {
  bindings: Bindings
  theme: string
  charset: Charset
}

const keys = z.union([z.string().transform((key) => [key]), z.array(z.string())])
const document = z
  .strictObject({
    keys: z.record(z.string(), keys).default({}),
    theme: z.enum(themes.map(({ name }) => name)).default(themes[0].name),
    charset: z.enum(['auto', 'unicode', 'ascii']).default('auto'),
  })
  .nullish()
  .transform((given) => given ?? { keys: {}, theme: themes[0].name, charset: 'auto' as const })

/** Where they stand: `top.yaml` in ccdk's directory of XDG's configurations. */
const settingsFile = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'ccdk/top.yaml')

export async function readSettings(isReplay = false): Promise<Settings> {
  const file = settingsFile()
  const text = read(file)
  return parseSettings(text === undefined || text.trim() === '' ? null : (await import('yaml')).parse(text), file, isReplay)
}

/** @throws {UsageError} that names the file and the place in it */
export function parseSettings(given: unknown, file: string, isReplay = false): Settings {
  const parsed = document.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UsageError(`${file}: ${[issue?.path.join('.'), issue?.message].filter((part) => part).join(': ')}`)
  }
  try {
    return { bindings: bindings(parsed.data.keys, isReplay), theme: parsed.data.theme, charset: parsed.data.charset }
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`, { hint: error.hint }) : error
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    // Who became another user often has the home of the first one: those settings are not for them.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code))) return undefined
    throw fileError(error, { doing: `reading the settings ${file}`, syscall: 'open' })
  }
}
