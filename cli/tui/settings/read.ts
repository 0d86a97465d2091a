import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileError } from '../../../src/kernel/index.ts'
import { type Settings, usualSettings } from './settings.ts'

/** Where they stand: `top.yaml` in ccdk's directory of XDG's configurations. */
const settingsFile = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'ccdk/top.yaml')

/** What reads and checks them is loaded where there are any. */
export async function readSettings(isReplay = false): Promise<Settings> {
  const file = settingsFile()
  const text = textOf(file)
  if (text === undefined || text.trim() === '') return usualSettings(isReplay)
  const { parseSettings } = await import('./parse.ts')
  return parseSettings(text, file, isReplay)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    // Who became another user often has the home of the first one: those settings are not for them.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code))) return undefined
    throw fileError(error, { doing: `reading the settings ${file}`, syscall: 'open' })
  }
}
