import { existsSync, type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pause } from '../interrupted.ts'

/** For how long nothing more has to happen before a save is taken for done, ms: editors write a file in several steps. */
const quiet = 20

/**
 * Tells when files are saved. Directories are watched rather than files, since many editors put a new file in the place
 * of the old one.
 */
export class SavedFiles implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>()
  /** What was last seen of each file. */
  readonly #seen = new Map<string, string>()
  #wake: (() => void) | undefined

  constructor(files: readonly string[]) {
    this.watch(files)
  }

  /** Watches these files and no others any more. */
  watch(files: readonly string[]): void {
    const wanted = new Set(files.map((file) => resolve(file)))
    for (const file of wanted) if (!this.#seen.has(file)) this.#seen.set(file, stampOf(file))
    for (const file of this.#seen.keys()) if (!wanted.has(file)) this.#seen.delete(file)
    const directories = new Set([...wanted].flatMap((file) => [dirname(file), dirname(realPath(file))]))
    for (const directory of directories) this.#watchDirectory(directory)
    for (const [directory, watcher] of this.#watchers) {
      if (directories.has(directory)) continue
      watcher.close()
      this.#watchers.delete(directory)
    }
  }

  /** Watches these files as well. */
  watchAlso(files: readonly string[]): void {
    this.watch([...this.#seen.keys(), ...files])
  }

  /**
   * Waits until a file has other contents than it had when this last answered, and answers when it was saved, in ms since
   * 1970. What was saved in between counts. Rejects with the reason of `signal` when that fires.
   */
  async next(signal: AbortSignal): Promise<number> {
    for (;;) {
      const saved = this.#changed()
      if (saved.length > 0) {
        await pause(quiet, signal)
        // It is written to still, or it is away and comes back.
        if (this.#changed().every(({ stamp }, index) => stamp !== '' && stamp === saved[index]?.stamp)) return this.#take(saved)
      } else await this.#event(signal)
    }
  }

  #changed(): { file: string; stamp: string }[] {
    return [...this.#seen].flatMap(([file, before]) => {
      const stamp = stampOf(file)
      return stamp === before ? [] : [{ file, stamp }]
    })
  }

  #take(saved: readonly { file: string; stamp: string }[]): number {
    for (const { file, stamp } of saved) this.#seen.set(file, stamp)
    return Math.max(...saved.map(({ file }) => statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0))
  }

  #event(signal: AbortSignal): Promise<void> {
    return new Promise((done, fail) => {
      const stop = () => fail(signal.reason)
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      this.#wake = () => {
        signal.removeEventListener('abort', stop)
        done()
      }
    })
  }

  #watchDirectory(directory: string): void {
    if (this.#watchers.has(directory)) return
    const watcher = watch(directory, () => this.#wake?.())
    // A directory that goes away takes its files along; what follows then fails with their names.
    watcher.on('error', () => this.#wake?.())
    this.#watchers.set(directory, watcher)
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }
}

const realPath = (file: string): string => (existsSync(file) ? realpathSync(file) : file)

/** What changes when a file is written or replaced; empty when there is none, or nothing in it yet. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stat === undefined || stat.size === 0n ? '' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}
