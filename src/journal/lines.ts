import { ObjectError } from '../errors/index.ts'
import { type Entry, isEntry } from './entry.ts'

/** Whose journal it is: the first line. A number of a process alone would be another process's some day. */
export interface Owner {
  /** Random, and part of the names of what the run makes. */
  run: string
  /** The command, `demo`. */
  command: string
  pid: number
  /** As `processStart` answers it. */
  start: number
  /** Of the kernel that was running, `/proc/sys/kernel/random/boot_id`. */
  boot: string
  /** ms since 1970. */
  at: number
}

/** The version of the form. */
const version = 1

export const ownerLine = (owner: Owner): string => toLine({ journal: version, ...owner })
/** Written before the thing is made. */
export const entryLine = (number: number, entry: Entry): string => toLine({ number, entry })
/** Written when the thing is seen to be gone. */
export const goneLine = (number: number): string => toLine({ gone: number })

const toLine = (content: object): string => `${JSON.stringify(content)}\n`

export interface Contents {
  owner: Owner
  /** What was begun and is not known to be gone, by number, in the order in which it was made. */
  open: Map<number, Entry>
  /** Bytes of whole lines: behind them is what a killed process was about to write. */
  whole: number
}

/** Reads a journal; undefined when its owner was killed before the first line was whole. Throws an `ObjectError`. */
export function parseJournal(text: string, file: string): Contents | undefined {
  const end = text.lastIndexOf('\n') + 1
  const [first, ...others] = text.slice(0, end).split('\n').slice(0, -1)
  if (first === undefined) return undefined
  const head = parseLine(first)
  if (!isHead(head)) throw wrong(file, 1, 'the owner of the journal, as this version of ccdk writes it')
  const { journal: _, ...owner } = head
  const open = new Map<number, Entry>()
  let last = 0
  for (const [index, words] of others.entries()) {
    const said = parseLine(words)
    if (isNote(said, owner.run) && said.number > last) {
      last = said.number
      open.set(last, said.entry)
    } else if (!isGone(said) || !open.delete(said.gone)) {
      throw wrong(file, index + 2, 'an entry that can be undone, or the end of one')
    }
  }
  return { owner, open, whole: Buffer.byteLength(text.slice(0, end)) }
}

function parseLine(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

const wrong = (file: string, line: number, expected: string): ObjectError =>
  new ObjectError({ file, path: `line ${line}`, expected: `it should hold ${expected}`, hint: 'nothing of it was undone; look at it, and remove it' })

const runPattern = /^[0-9a-f]{10}$/
const bootPattern = /^[0-9a-f-]{36}$/

const isNatural = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)
const hasKeys = (value: object, count: number): boolean => Object.keys(value).length === count

function isHead(value: object): value is Owner & { journal: number } {
  return (
    hasKeys(value, 7) &&
    'journal' in value &&
    value.journal === version &&
    'run' in value &&
    isText(value.run, runPattern) &&
    'command' in value &&
    isText(value.command, /^[\w -]{1,64}$/) &&
    'pid' in value &&
    isNatural(value.pid) &&
    'start' in value &&
    isNatural(value.start) &&
    'boot' in value &&
    isText(value.boot, bootPattern) &&
    'at' in value &&
    isNatural(value.at)
  )
}

const isNote = (value: object, run: string): value is { number: number; entry: Entry } =>
  hasKeys(value, 2) && 'number' in value && isNatural(value.number) && 'entry' in value && isEntry(value.entry, run)

const isGone = (value: object): value is { gone: number } => hasKeys(value, 1) && 'gone' in value && isNatural(value.gone)
