import { once } from 'node:events'
import { styleText } from 'node:util'
import { harmless } from './harmless.ts'
import { Interrupted } from '../interrupted.ts'

export interface OutputOptions {
  json?: boolean
  color?: 'auto' | 'always' | 'never'
  quiet?: boolean
  verbose?: boolean
}

/** The version of the JSON documents' form. It grows when a field changes its meaning or goes away. */
const schemaVersion = 1

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/** Where a command's words go: data to stdout, all else to stderr. */
export class Output {
  json = false
  verbose = false
  /** What the process ends with when no error was thrown. */
  exitCode = 0
  /** Fires, with an `Interrupted`, when nobody reads stdout any more. */
  readonly unread: AbortSignal
  #quiet = false
  #color: 'auto' | 'always' | 'never' = 'auto'

  constructor(stdout: NodeJS.WriteStream = process.stdout) {
    const unread = new AbortController()
    this.unread = unread.signal
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (this.unread.aborted) return
      // The reader of a pipe has seen enough, or the terminal is gone: neither is an error to tell anybody.
      const isGone = error.code === 'EPIPE' || error.code === 'EIO'
      if (!isGone) this.error(`ccdk: cannot write to stdout: ${error.code ?? error.message}`)
      // It may come before the command has ended, and after.
      if (!isGone) process.exitCode = this.exitCode = 1
      unread.abort(new Interrupted('SIGPIPE'))
    })
    process.stderr.on('error', () => undefined)
  }

  configure({ json = false, color = 'auto', quiet = false, verbose = false }: OutputOptions): void {
    this.json = json
    this.verbose = verbose
    this.#quiet = quiet
    this.#color = color
  }

  /** Data, for people; nothing under `--json`. */
  print(text = ''): void {
    if (!this.json) process.stdout.write(`${harmless(text)}\n`)
  }

  /** Data, for programs: one document under `--json`, else nothing. Large integers become strings. */
  document(content: object): void {
    if (this.json) process.stdout.write(`${toJson(content)}\n`)
  }

  /** Waits while what was written to stdout is more than its reader has taken. The signal ends the wait. */
  async drained(signal: AbortSignal): Promise<void> {
    if (!process.stdout.writableNeedDrain || this.unread.aborted) return
    try {
      await once(process.stdout, 'drain', { signal })
    } catch {
      // Nobody reads any more, which is told elsewhere, or nobody waits any more.
    }
  }

  /** Progress and remarks, for people: under `--json` stderr holds nothing but an error. */
  note(text: string): void {
    if (this.tells) process.stderr.write(`${harmless(text)}\n`)
  }

  /** Whether progress is told at all. */
  get tells(): boolean {
    return !this.#quiet && !this.json
  }

  /** What went wrong: said whatever the options. */
  error(text: string): void {
    process.stderr.write(`${harmless(text)}\n`)
  }

  /** Whether what is written to a stream may have colours. */
  hasColour(stream: NodeJS.WriteStream): boolean {
    return this.style('red', '.', stream) !== '.'
  }

  /** Colours a text for stdout, or for stderr, where that can show it. */
  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    if (this.#color === 'never') return text
    return styleText(style, text, this.#color === 'always' ? { validateStream: false } : { stream })
  }
}

/** A document as JSON: bigint as a string, and null where a number is none. */
export function toJson(content: object): string {
  return JSON.stringify({ schemaVersion, ...content }, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return typeof value === 'number' && !Number.isFinite(value) ? null : value
  })
}
