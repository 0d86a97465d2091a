import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VerifierError } from '../../src/errors/index.ts'

/** Logs that are kept; the oldest go. */
const kept = 50
const ending = '.verifier.log'

/**
 * Keeps a verifier's whole log in a file of its own, for its user alone, and returns the path: in the state directory of
 * XDG, or where that cannot be written in that of temporary files. Undefined where neither can be.
 */
export function keepVerifierLog({ program, log }: VerifierError): string | undefined {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state')
  for (const directory of [join(state, 'ccdk/verifier'), join(tmpdir(), `ccdk-${process.getuid?.() ?? 0}`)]) {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const path = join(directory, fileName(program))
      // A file that is there already, or a link that somebody left, is an error.
      writeFileSync(path, log, { mode: 0o600, flag: 'wx' })
      removeOldest(directory)
      return path
    } catch {
      // The other place may do.
    }
  }
  return undefined
}

/** In the order of time: `2026-11-21T12-31-30.123Z-4711-my_cong_avoid.verifier.log`. */
function fileName(program: string): string {
  const time = new Date().toISOString().replaceAll(':', '-')
  return `${time}-${process.pid}-${program.replaceAll(/\W/g, '_')}${ending}`
}

function removeOldest(directory: string): void {
  const logs = readdirSync(directory).filter((name) => /^\d{4}-/.test(name) && name.endsWith(ending))
  for (const name of logs.toSorted().slice(0, -kept)) rmSync(join(directory, name), { force: true })
}
