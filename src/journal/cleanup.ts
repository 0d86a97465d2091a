import { closeSync, fstatSync, ftruncateSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CcdkError } from '../errors/index.ts'
import { bootId, processStart, tryLockFile } from '../kernel/index.ts'
import type { Entry } from './entry.ts'
import { type Contents, goneLine, type Owner, parseJournal } from './lines.ts'
import { checkDirectory, ending, journalDirectory, openFile } from './place.ts'
import { describe, isThere, undo } from './things/index.ts'

/** What became of one thing. */
export interface Found {
  entry: Entry
  /** In words: `registration of map 57 "demo"`. */
  what: string
  /** `there` when it was to be left: the run goes on, or nothing was to be undone. */
  outcome: 'undone' | 'there' | 'failed'
  /** Why it could not be undone; null otherwise. */
  reason: string | null
}

/** A run that has a journal. */
export interface RunFound extends Owner {
  path: string
  /** Whether it has `ended`, goes on `running`, or has ended and is being cleaned up by `another` process. */
  state: 'ended' | 'running' | 'another'
  things: Found[]
}

export interface Cleaned {
  runs: RunFound[]
  /** Journals that are not believed. */
  refused: { path: string; reason: string }[]
}

/**
 * Undoes what killed runs of this user have left and nothing else: what a journal lists is looked at first, and what is
 * not that very thing is somebody else's. What cannot be undone stays in the journal. With `dryRun` it only looks.
 */
export async function cleanUp({ directory = journalDirectory(), dryRun = false } = {}): Promise<Cleaned> {
  const cleaned: Cleaned = { runs: [], refused: [] }
  if (!checkDirectory(directory)) return cleaned
  for (const name of readdirSync(directory).filter((one) => one.endsWith(ending)).toSorted()) {
    const path = join(directory, name)
    try {
      const run = await cleanRun(path, dryRun)
      if (run !== undefined) cleaned.runs.push(run)
    } catch (error) {
      if (!(error instanceof CcdkError)) throw error
      cleaned.refused.push({ path, reason: error.message })
    }
  }
  cleaned.runs.sort((a, b) => a.at - b.at)
  return cleaned
}

/** Undefined when there is nothing to tell: the run has ended meanwhile, or had not begun. */
async function cleanRun(path: string, dryRun: boolean): Promise<RunFound | undefined> {
  const file = openFile(path)
  if (file === undefined) return undefined
  try {
    // As long as this has the lock nobody else undoes the same.
    const isOver = tryLockFile(file)
    if (fstatSync(file).nlink === 0) return undefined
    const contents = parseJournal(readFileSync(file, 'utf8'), path)
    if (contents === undefined) {
      if (isOver && !dryRun) unlinkSync(path)
      return undefined
    }
    const { owner, open } = contents
    if (!isOver) {
      const things = [...open.values()].map((entry) => found(entry, owner, 'there'))
      return { ...owner, path, state: isRunning(owner) ? 'running' : 'another', things }
    }
    const things = dryRun ? whatIsThere(contents) : await undoAll(file, contents)
    if (!dryRun && things.every(({ outcome }) => outcome === 'undone')) unlinkSync(path)
    return things.length === 0 ? undefined : { ...owner, path, state: 'ended', things }
  } finally {
    closeSync(file)
  }
}

const isRunning = ({ pid, start, boot }: Owner): boolean => boot === bootId() && processStart(pid) === start

const found = (entry: Entry, owner: Owner, outcome: Found['outcome'], reason: string | null = null): Found => ({
  entry,
  what: describe(entry, owner),
  outcome,
  reason,
})

/** Processes first, since they could make more; then the last thing first, as it may stand on those before it. */
function inOrder({ owner, open }: Contents): [number, Entry][] {
  const isProcess = ({ kind }: Entry): boolean => kind === 'process' || kind === 'children'
  const all = [...open].toReversed()
  // With the kernel that was running all is gone, but for files.
  if (owner.boot !== bootId()) return all.filter(([, { kind }]) => kind === 'directory')
  return [...all.filter(([, entry]) => isProcess(entry)), ...all.filter(([, entry]) => !isProcess(entry))]
}

function whatIsThere(contents: Contents): Found[] {
  return inOrder(contents).flatMap(([, entry]) => {
    try {
      return isThere(entry, contents.owner) ? [found(entry, contents.owner, 'there')] : []
    } catch (error) {
      return [found(entry, contents.owner, 'failed', reasonOf(error))]
    }
  })
}

async function undoAll(file: number, contents: Contents): Promise<Found[]> {
  const { owner, whole } = contents
  // What the killed process was about to write would spoil what is written now.
  ftruncateSync(file, whole)
  const all: Found[] = []
  for (const [number, entry] of inOrder(contents)) {
    const undone = found(entry, owner, 'undone')
    try {
      if (isThere(entry, owner)) {
        await undo(entry, owner)
        all.push(undone)
      }
      writeFileSync(file, goneLine(number))
    } catch (error) {
      all.push({ ...undone, outcome: 'failed', reason: reasonOf(error) })
    }
  }
  return all
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
