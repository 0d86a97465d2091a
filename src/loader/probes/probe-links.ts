import { UsageError } from '../../errors/index.ts'
import type { Handle } from '../target/handle.ts'

/** What attaching to one probe in several places has made. Disposing of it undoes all of it. */
export class ProbeLinks implements Handle {
  /** The links, for what needs a link of the target itself, such as `objects.linkInfo`. There is one at least. */
  readonly links: readonly Handle[]
  readonly #owned: DisposableStack

  constructor(links: readonly Handle[], owned: DisposableStack) {
    this.links = links
    this.#owned = owned
  }

  /** The link, where there is one. Throws a `UsageError` where there are several, which can each do what a link can. */
  get only(): Handle {
    const [only, ...others] = this.links
    if (only !== undefined && others.length === 0) return only
    throw new UsageError(`the probe is attached by ${this.links.length} links`, { hint: 'take them one by one, from links' })
  }

  get number(): number {
    return this.only.number
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

/** What a target has made itself of a handle. */
export const ownHandle = (handle: Handle): Handle => (handle instanceof ProbeLinks ? handle.only : handle)
