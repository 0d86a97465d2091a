import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SyscallError } from '../../errors/index.ts'
import { openProcess, processStart, signalProcess } from '../../kernel/index.ts'
import type { Of } from '../entry.ts'
import type { Owner } from '../lines.ts'
import type { Thing } from './thing.ts'

/** The variable in the environment of what a run has started: the id of the run. */
export const mark = 'CCDK_RUN'

/** How long a process may take to end in its own way, ms. */
const patience = 1000
const interval = 10

interface Identity {
  pid: number
  start: number
}

const isAlive = ({ pid, start }: Identity): boolean => processStart(pid) === start

export const oneProcess: Thing<Of<'process'>> = {
  what: ({ pid }) => `process ${pid}`,
  isThere: isAlive,
  undo: (identity) => end([identity]),
}

export const children: Thing<Of<'children'>> = {
  what: (_, owner) => `processes that it started${listed(marked(owner))}`,
  isThere: (_, owner) => marked(owner).length > 0,
  undo: (_, owner) => endMarked(owner),
}

/** Ends the processes that have the mark of a run, but for its owner: firmly those that do not end when they are asked to. */
export async function endMarked(owner: Pick<Owner, 'run' | 'pid'>): Promise<void> {
  // Those that one of them starts meanwhile have the mark too.
  for (let times = 0; times < 3 && marked(owner).length > 0; times += 1) await end(marked(owner))
}

/** The processes that have the mark of a run in the environment with which they were started, but for its owner. */
function marked({ run, pid: ownerPid }: Pick<Owner, 'run' | 'pid'>): Identity[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name)
      const start = processStart(pid)
      return start === undefined || pid === ownerPid || pid === process.pid || !hasMark(pid, run) ? [] : [{ pid, start }]
    })
}

const listed = (all: readonly Identity[]): string => (all.length === 0 ? '' : `: ${all.map(({ pid }) => pid).join(', ')}`)

/** What may not be looked into is somebody else's. */
function hasMark(pid: number, run: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${mark}=${run}`)
  } catch {
    return false
  }
}

async function end(all: readonly Identity[]): Promise<void> {
  for (const identity of all) signal(identity, 'SIGTERM')
  await gone(all)
  for (const identity of all) signal(identity, 'SIGKILL')
  await gone(all)
}

async function gone(all: readonly Identity[]): Promise<void> {
  const deadline = performance.now() + patience
  while (all.some(isAlive) && performance.now() < deadline) await sleep(interval)
}

function signal(identity: Identity, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    using opened = openProcess(identity.pid)
    // Only now is it sure that the one which gets the signal is the one that was looked at.
    if (isAlive(identity)) signalProcess(opened, name)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.errno !== 'ESRCH') throw error
  }
}
