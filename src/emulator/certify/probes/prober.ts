import { extname } from 'node:path'
import { Channel } from '../../../child/index.ts'
import type { Calls, ProbeResult, ProbeSpec } from './protocol.ts'

// From source this is probe-process.ts, from the built package probe-process.js.
const program = new URL(`./probe-process${extname(import.meta.url)}`, import.meta.url)
const patienceMs = 60_000

/** The process that probes. It ends when this is closed, and when this process does. */
export class Prober implements AsyncDisposable {
  readonly #channel = new Channel<Calls>(program, 'the prober')

  async probe(spec: ProbeSpec): Promise<ProbeResult> {
    return await this.#channel.call('probe', spec, patienceMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel.close()
  }
}
