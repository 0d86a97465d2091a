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

  /** That of the first link. */
  get number(): number {
    return this.links[0]?.number ?? -1
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}
