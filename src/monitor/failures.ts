import { CcdkError } from '../errors/index.ts'
import type { MonitorEvent } from './snapshot.ts'

/** What fails in a look is an event. Looks that fail alike one after the other tell it once. */
export class Failures {
  #before: ReadonlySet<string> = new Set()
  #now = new Set<string>()

  /** Undefined when it fails, which is told; what was seen before stays. */
  attempt<T>(part: () => T): T | undefined {
    try {
      return part()
    } catch (error) {
      this.tell(error)
      return undefined
    }
  }

  /** Throws what is no CcdkError: that is a mistake in the program, and not of the machine. */
  tell(error: unknown): void {
    if (!(error instanceof CcdkError)) throw error
    this.#now.add(error.message)
  }

  /** Ends a look whose time is `at`: what failed in it, and did not in the one before. */
  end(at: string): MonitorEvent[] {
    const events = [...this.#now.difference(this.#before)].map((text): MonitorEvent => ({ at, kind: 'error', text }))
    this.#before = this.#now
    this.#now = new Set()
    return events
  }
}
