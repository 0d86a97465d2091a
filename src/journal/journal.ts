import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, ftruncateSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { bootId, fileError, lockFile, processStart } from '../kernel/index.ts'
import { type Entry, isEntry } from './entry.ts'
import { entryLine, goneLine, type Owner, ownerLine } from './lines.ts'
import { ending, journalDirectory, makeDirectory, openFile } from './place.ts'
import { isThere } from './things/index.ts'
import { makeMarked } from './things/files.ts'
import { endMarked, mark } from './things/processes.ts'

/**
 * What a run makes that would outlive it: each thing is written down before it is made, and struck out when it is seen to
 * be gone. The file is locked as long as the run lasts, so whoever gets the lock knows that the run has ended, however
 * that came. A run that has taken everything away removes its journal.
 *
 * @example
 * using journal = Journal.begin('demo')
 * using noted = journal.note({ kind: 'registration', map: mapId, name: 'demo' })
 * using registration = register(loaded, 'dctcp')
 */
export class Journal implements Disposable {
  /** Ten hexadecimal digits: they make a name the run's own. */
  readonly run: string
  /** For the processes that it starts, beside their other variables. */
  readonly environment: Readonly<Record<string, string>>
  readonly path: string
  readonly #owner: Owner
  readonly #open = new Map<number, Entry>()
  #file: number
  #size = 0
  #number = 0

  private constructor(owner: Owner, path: string, file: number) {
    this.run = owner.run
    this.environment = { [mark]: owner.run }
    this.path = path
    this.#owner = owner
    this.#file = file
  }

  /** Begins the journal of a command of this process. */
  static begin(command: string, directory = journalDirectory()): Journal {
    makeDirectory(directory)
    const start = processStart(process.pid) ?? 0
    const owner = { run: randomBytes(5).toString('hex'), command, pid: process.pid, start, boot: bootId(), at: Date.now() }
    const path = join(directory, `${owner.run}${ending}`)
    for (;;) {
      const file = openFile(path, { make: true })
      if (file === undefined) continue
      lockFile(file)
      const journal = new Journal(owner, path, file)
      // A cleanup that came before the lock has taken an empty file for what a killed process left, and removed it.
      if (fstatSync(file).nlink === 0) closeSync(file)
      else {
        journal.#write(ownerLine(owner))
        return journal
      }
    }
  }

  /**
   * Writes down what is about to be made. When the answer is disposed of, or the run ends, it is struck out, if it is
   * gone.
   */
  note(entry: Entry): Disposable {
    if (!isEntry(entry, this.run)) throw new UsageError(`this could not be found again, to be undone: ${JSON.stringify(entry)}`)
    this.#number += 1
    const number = this.#number
    this.#write(entryLine(number, entry))
    this.#open.set(number, entry)
    return { [Symbol.dispose]: () => this.#strikeOut(number, entry) }
  }

  /** Makes a directory that goes, with all that is in it, when the answer is disposed of. */
  temporaryDirectory(): { readonly path: string } & Disposable {
    const path = join(tmpdir(), `ccdk-${this.#number + 1}-${this.run}`)
    using undo = new DisposableStack()
    undo.use(this.note({ kind: 'directory', path }))
    makeMarked(path, this.run)
    undo.defer(() => rmSync(path, { recursive: true, force: true }))
    const made = undo.move()
    return { path, [Symbol.dispose]: () => made.dispose() }
  }

  /** Ends the processes that have the run's mark: what it has started, and what that has started. */
  async endChildren(): Promise<void> {
    await endMarked(this.#owner)
  }

  #strikeOut(number: number, entry: Entry): void {
    if (!this.#open.has(number) || this.#file < 0 || seemsThere(entry, this.#owner)) return
    this.#write(goneLine(number))
    this.#open.delete(number)
  }

  /** All of a line or nothing: a half one would spoil those that follow. */
  #write(line: string): void {
    try {
      writeFileSync(this.#file, line)
      this.#size += Buffer.byteLength(line)
    } catch (error) {
      ftruncateSync(this.#file, this.#size)
      throw fileError(error, { doing: `writing the journal ${this.path}`, syscall: 'write' })
    }
  }

  /** Ends the run. What is there still stays in the journal, for `cleanUp`. */
  [Symbol.dispose](): void {
    if (this.#file < 0) return
    try {
      for (const [number, entry] of this.#open) this.#strikeOut(number, entry)
      if (this.#open.size === 0) rmSync(this.path, { force: true })
    } finally {
      closeSync(this.#file)
      this.#file = -1
    }
  }
}

/** What cannot be looked at may be there. */
function seemsThere(entry: Entry, owner: Owner): boolean {
  try {
    return isThere(entry, owner)
  } catch {
    return true
  }
}
