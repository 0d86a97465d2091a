import { readdirSync, readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { cleanUp } from '../../../src/journal/index.ts'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps, unregister } from '../../../src/structops/index.ts'
import { until } from '../../support/until.ts'

/** The algorithms of the demo: their names belong to the machine, so a test that uses them takes the lock `examples`. */
export const demoNames = ['bpf_dctcp', 'bpf_cubic']

export const isAvailable = (name: string): boolean => availableCongestion().includes(name)

/** Unregisters what a test has left, so that it does not spoil the next. */
export function sweepNames(names: readonly string[]): void {
  using target = new LinuxTarget()
  for (const entry of listStructOps(target)) {
    if (entry.registered && names.includes(entry.name ?? '')) unregister(target, entry)
  }
}

export const sweepDemo = (): void => sweepNames(demoNames)

/**
 * Asserts that nothing of a demo that has ended is left. What outlives a process is a registered map and what that
 * refers to; all else goes with its descriptors. A demo's maps are called after its process. Its journal lists nothing.
 */
export async function demoLeftNothing(pid: number, children: readonly number[]): Promise<void> {
  await until(() => !children.some(isRunning), 'its processes have ended')
  using target = new LinuxTarget()
  await until(() => listStructOps(target).every(({ map }) => map !== `demo_${pid}`), 'its maps are gone')
  assert.equal(demoNames.filter(isAvailable), [])
  const { runs } = await cleanUp({ dryRun: true })
  assert.equal(
    runs.filter((run) => run.pid === pid),
    [],
  )
}

/** The processes that a process has started, and those that they have. */
export function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && stat(name)[1] === String(pid))
    .map(Number)
  return [...children, ...children.flatMap(descendants)]
}

/** A process that has ended and waits to be collected is running no more. */
export const isRunning = (pid: number): boolean => !['Z', 'X', ''].includes(stat(String(pid))[0] ?? '')

/** ABI: proc_pid_stat(5): behind the name, which may hold anything, come the state and the parent. */
function stat(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ', 2)
  } catch {
    return []
  }
}
