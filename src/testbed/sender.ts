import { errorFacts, tell } from '../child/index.ts'
import { Flow } from './flow.ts'
import type { FlowFacts, SendSpec, Snapshot } from './protocol.ts'

/** The flows of one transfer and their sampling, inside a host process. */
export class Sender {
  readonly #spec: SendSpec
  readonly #flows: Flow[] = []
  #startedAt = 0
  #sampling: NodeJS.Timeout | undefined
  #written = false
  #closing = false

  constructor(spec: SendSpec) {
    this.#spec = spec
  }

  /** Connects every flow, then lets all of them send. */
  async start(): Promise<FlowFacts[]> {
    try {
      for (let number = 0; number < this.#spec.flows; number++) this.#flows.push(new Flow(number, this.#spec))
      const facts = await Promise.all(this.#flows.map((flow) => flow.connect()))
      this.#sample()
      void this.#send()
      return facts
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async #send(): Promise<void> {
    const { transfer } = this.#spec
    try {
      await Promise.all(this.#flows.map((flow) => flow.send()))
      this.#written = true
      tell({ event: 'written', transfer, bytes: this.#flows.map(({ written }) => written) })
    } catch (error) {
      clearInterval(this.#sampling)
      if (!this.#closing) tell({ event: 'failed', transfer, error: errorFacts(error) })
    }
  }

  #sample(): void {
    const { transfer, sampleMs } = this.#spec
    this.#startedAt = performance.now()
    this.#sampling = setInterval(() => tell({ event: 'sample', transfer, ...this.#snapshot() }), sampleMs)
  }

  #snapshot(): Snapshot {
    const flows = this.#flows.map((flow) => flow.snapshot()).filter((snapshot) => snapshot !== undefined)
    return { seconds: (performance.now() - this.#startedAt) / 1000, flows }
  }

  /** Ends the sampling and answers how the flows stand. Their connections stay open. */
  finish(): Snapshot {
    clearInterval(this.#sampling)
    return this.#snapshot()
  }

  /** Closes the connections: in good order when all was written, and at once otherwise. */
  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#sampling)
    await Promise.all(this.#flows.map((flow) => flow.close({ finished: this.#written })))
  }
}
