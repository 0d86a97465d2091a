import { execa } from 'execa'
import { isOnPath } from '../support/commands.ts'
import { type Need, needs } from '../support/needs.ts'

/** The needs that test files name, as `needs.clang`, in their source. */
export function needsNamedIn(sources: readonly string[]): Need[] {
  return Object.entries(needs)
    .filter(([name]) => sources.some((source) => new RegExp(`\\bneeds\\.${name}\\b`, 'v').test(source)))
    .map(([, need]) => need)
}

/**
 * Installs the Debian packages of needs that are not met, or says which they are. What is still missing afterwards
 * makes the tests that need it skip, with the reason.
 */
export async function installMissing(wanted: readonly Need[], tell: (line: string) => void): Promise<void> {
  const packages = [...new Set(wanted.filter((need) => need.missing() !== undefined).flatMap((need) => need.packages))]
  if (packages.length === 0) return
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    tell(`some tests need Debian packages that are not installed: ${packages.join(' ')}`)
    return
  }
  tell(`installing Debian packages that the tests need: ${packages.join(' ')}`)
  const updated = await aptGet('update')
  const installed = await aptGet('install', '-y', '--no-install-recommends', ...packages)
  if (!installed) tell(`apt-get could not install them${updated ? '' : ', nor update its lists'}`)
}

async function aptGet(...args: string[]): Promise<boolean> {
  // Its output goes to stderr: stdout is the report's.
  const { exitCode } = await execa('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 2, 2],
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    reject: false,
  })
  return exitCode === 0
}
