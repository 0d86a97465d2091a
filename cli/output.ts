import { styleText } from 'node:util'
import { UsageError } from '../src/errors/index.ts'

export interface OutputOptions {
  json?: boolean
  color?: string
  quiet?: boolean
  verbose?: boolean
}

/** The version of the JSON documents' form. It grows when a field changes its meaning or goes away. */
const schemaVersion = 1

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where a command's words go: data to stdout, all else to stderr. */
export class Output {
  json = false
  verbose = false
  /** What the process ends with when no error was thrown. */
  exitCode = 0
  #quiet = false
  #color: 'auto' | 'always' | 'never' = 'auto'

  configure({ json = false, color = 'auto', quiet = false, verbose = false }: OutputOptions): void {
    if (color !== 'auto' && color !== 'always' && color !== 'never') {
      throw new UsageError(`--color takes auto, always or never, not "${color}"`)
    }
    this.json = json
    this.verbose = verbose
    this.#quiet = quiet
    this.#color = color
  }

  /** Data, for people; nothing under `--json`. */
  print(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`)
  }

  /** Data, for programs: one document under `--json`, else nothing. Large integers become strings. */
  document(content: object): void {
    if (!this.json) return
    const text = JSON.stringify({ schemaVersion, ...content }, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value)
      return typeof value === 'number' && !Number.isFinite(value) ? null : value
    })
    process.stdout.write(`${text}\n`)
  }

  /** Progress and remarks. */
  note(text: string): void {
    if (!this.#quiet) process.stderr.write(`${text}\n`)
  }

  /** What went wrong: said whatever the options. */
  error(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** Colours a text for stdout, or for stderr, where that can show it. */
  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    if (this.#color === 'never') return text
    return styleText(style, text, this.#color === 'always' ? { validateStream: false } : { stream })
  }
}
