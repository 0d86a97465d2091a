import type { Unlinked } from '../attach/attachment.ts'
import type { Handle, Memory } from '../target/handle.ts'
import type { MapDefinition, ProgramDefinition } from '../target/definitions.ts'

/** What a recorded handle stands for. Several handles may stand for one. */
export type RecordedThing = { readonly id: number; readonly what: string } & (
  | { readonly kind: 'map'; readonly definition: MapDefinition; readonly elements: Map<string, Uint8Array<ArrayBuffer>> }
  /** `maps` are those that its instructions name, and those that it was bound to. */
  | { readonly kind: 'program'; readonly definition: ProgramDefinition; readonly maps: Set<RecordedThing> }
  | { readonly kind: 'link'; program: RecordedThing | undefined; map: RecordedThing | undefined }
  | { readonly kind: 'types'; readonly bytes: Uint8Array }
  | { readonly kind: 'other' }
)

/** What a recording target has given out, by what it is: `map "dctcp"`. */
export interface Owned {
  readonly what: string
}

/** A handle that stands for nothing real. Its number is never given to another. */
export class RecordedHandle implements Handle {
  readonly thing: RecordedThing
  /** Its number, also once it has been closed. */
  readonly serial: number
  readonly #owner: Set<Owned>

  /** It stands in `owner` as long as it is open. */
  constructor(thing: RecordedThing, serial: number, owner: Set<Owned>) {
    this.thing = thing
    this.serial = serial
    this.#owner = owner
    owner.add(this)
  }

  get what(): string {
    return this.thing.what
  }

  get closed(): boolean {
    return !this.#owner.has(this)
  }

  /** Throws once it has been closed: a kernel may have given the number to something else. */
  get number(): number {
    if (this.closed) throw new Error(`${this.what}: used after it was closed`)
    return this.serial
  }

  belongsTo(owner: Set<Owned>): boolean {
    return this.#owner === owner
  }

  [Symbol.dispose](): void {
    this.#owner.delete(this)
  }
}

/** Memory of a recorded map: that of the process itself, and at no address that anybody could tell. */
export class RecordedMemory implements Memory {
  readonly what: string
  readonly address: bigint
  #bytes: Uint8Array<ArrayBuffer>
  readonly #owner: Set<Owned>

  constructor(what: string, { bytes, address }: { bytes: Uint8Array<ArrayBuffer>; address: bigint }, owner: Set<Owned>) {
    this.what = what
    this.address = address
    this.#bytes = bytes
    this.#owner = owner
    owner.add(this)
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    if (!this.#owner.has(this)) throw new Error(`${this.what}: used after it was unmapped`)
    return this.#bytes
  }

  [Symbol.dispose](): void {
    this.#bytes = new Uint8Array()
    this.#owner.delete(this)
  }
}

/** A program attached without a link, which stands in `owner` until it is taken away or left. */
export class RecordedAttachment implements Unlinked {
  readonly what: string
  readonly way: Unlinked['way']
  readonly #owner: Set<Owned>

  constructor(what: string, way: Unlinked['way'], owner: Set<Owned>) {
    this.what = what
    this.way = way
    this.#owner = owner
    owner.add(this)
  }

  replace(_program: Handle): void {
    if (!this.#owner.has(this)) throw new Error(`${this.what}: used after it was taken away`)
  }

  leave(): void {
    this.#owner.delete(this)
  }

  [Symbol.dispose](): void {
    this.#owner.delete(this)
  }
}
