import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Has Node keep what it compiled, which saves a sixth of a short command's time. Not where Node would put it, below
 * /tmp: what lies in the cache is run without a look at who wrote it, and root is who runs it.
 */
export function keepCompiled(): void {
  // Who names a directory has chosen.
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) enableCompileCache()
  else {
    const directory = cacheDirectory(process.getuid?.(), process.env)
    if (makeOwn(directory)) enableCompileCache(directory)
  }
}

/** Of root, none that a user's environment names: sudo may keep that. */
export function cacheDirectory(uid: number | undefined, env: NodeJS.ProcessEnv): string {
  if (uid === 0) return '/var/cache/ccdk'
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ccdk')
}

/** Makes a directory that nobody else can write to; false when that cannot be had. */
export function makeOwn(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(directory)
    return uid === process.getuid?.() && (mode & 0o40_022) === 0o40_000
  } catch {
    return false
  }
}
