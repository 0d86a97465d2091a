import type { LoadOptions } from '../../src/loader/index.ts'
import type { Output } from '../output/output.ts'
import { writeOutput } from '../files/write-output.ts'

export interface VerifierLogChoice {
  /** A file to write to; true for stderr or, under `--json`, the document. */
  verifierLog?: string | true
  verifierLogLevel?: number
}

/** The verifier's logs that were asked for, of programs that are refused as well. */
export class VerifierLogs {
  readonly #where: string | true | undefined
  readonly #level: number
  readonly #output: Output
  readonly #logs = new Map<string, string>()

  constructor({ verifierLog, verifierLogLevel }: VerifierLogChoice, output: Output) {
    this.#where = verifierLog ?? (verifierLogLevel === undefined ? undefined : true)
    this.#level = verifierLogLevel ?? 2
    this.#output = output
    // A file that cannot be written is told before anything is loaded.
    if (typeof this.#where === 'string') writeOutput(this.#where, new Uint8Array())
  }

  get options(): LoadOptions {
    if (this.#where === undefined) return {}
    return { verifierLog: { level: this.#level, write: (program, log) => this.#logs.set(program, log) } }
  }

  /** Undefined when they go elsewhere. */
  get forDocument(): Readonly<Record<string, string>> | undefined {
    return this.#where === true ? Object.fromEntries(this.#logs) : undefined
  }

  /** Writes the logs whatever comes of the loading. */
  writeAfter<Result>(loading: () => Result): Result {
    try {
      return loading()
    } finally {
      this.#write()
    }
  }

  #write(): void {
    const text = Array.from(this.#logs, ([program, log]) => `program "${program}":\n${log}`).join('\n')
    if (typeof this.#where === 'string') writeOutput(this.#where, Buffer.from(text))
    else if (this.#where === true) this.#output.note(text)
  }
}
