import { UsageError } from '../../src/errors/index.ts'
import type { LinuxTarget } from '../../src/kernel/index.ts'
import { type BpfObject, load, prepare, type StructOpsSpec } from '../../src/loader/index.ts'
import { initialName, listStructOps, type Registration, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { registerEach } from '../register/register-each.ts'
import { type SwitchOptions, switchObject } from '../switch/switch-object.ts'
import type { Switched } from '../switch/switched.ts'

/** ms since 1970, with their fractions. */
export const now = (): number => performance.timeOrigin + performance.now()

/** A version that is in place. */
export interface Version {
  name: string
  mapId: number
}

export type PlaceOptions = Pick<SwitchOptions, 'existing' | 'namespaces'>

/** What became of one version of a source. */
export interface Placed {
  /** When new connections began to get it, ms since 1970. */
  at: number
  registered: Registration[]
  switched: Switched[]
  /** By name: the new version has none of this name any more. */
  withdrawn: string[]
  notes: readonly string[]
}

/**
 * The algorithms of a source that is being worked on. Each version takes the place of the one before it, or nothing
 * changes. What is registered here goes away with this, unless it is pinned; what was there before stays.
 */
export class Versions implements Disposable {
  readonly #target: LinuxTarget
  readonly #pinDirectory: string | undefined
  readonly #own = new Map<string, Registration>()
  #current: readonly Version[] = []

  constructor(target: LinuxTarget, pinDirectory: string | undefined) {
    this.#target = target
    this.#pinDirectory = pinDirectory
  }

  /** What this has registered, under the names of the algorithms. */
  get own(): ReadonlyMap<string, Registration> {
    return this.#own
  }

  /** What is in place now of the algorithms that were put there by this: somebody else may have put another there since. */
  inPlace(): Version[] {
    if (this.#current.length === 0) return []
    const there = this.#registeredNow()
    return this.#current.flatMap(({ name }) => {
      const entry = there.get(name)
      return entry === undefined ? [] : [{ name, mapId: entry.mapId }]
    })
  }

  /** Puts an object in place: what is registered is switched, what is not is registered, and what it lacks withdrawn. */
  place(object: BpfObject, options: PlaceOptions): Placed {
    const chosen = object.structOps.filter(({ autocreate }) => autocreate)
    const there = this.#registeredNow()
    const meddling = this.#seeMeddling(there)
    const entryOf = (spec: StructOpsSpec) => there.get(initialName(object, spec) ?? spec.name)
    const [old, fresh] = [chosen.filter(entryOf), chosen.filter((spec) => entryOf(spec) === undefined)]
    for (const spec of old) checkLink(entryOf(spec))

    // A registration can be undone, and a switch, all of it or nothing, comes last.
    using undo = new DisposableStack()
    let at = 0
    const inPlace = () => {
      at = now()
    }
    const { registered, notes } = fresh.length === 0 ? nothingNew : this.#register(only(object, chosen, fresh), undo)
    inPlace()
    const { switched, notes: more } =
      old.length === 0 ? nothingSwitched : switchObject(only(object, chosen, old), this.#target, { ...options, onSwitched: inPlace })
    undo.move()
    for (const registration of registered) this.#own.set(nameOf(registration), registration)
    this.#current = [
      ...registered.map((registration) => ({ name: nameOf(registration), mapId: registration.mapId })),
      ...switched.map(({ name, to }) => ({ name: name ?? to.map, mapId: to.mapId })),
    ]
    return { at, registered, switched, withdrawn: this.#withdraw(), notes: [...meddling, ...notes, ...more] }
  }

  #registeredNow(): Map<string, StructOpsEntry> {
    const registered = listStructOps(this.#target).filter((entry) => entry.registered)
    return new Map(registered.map((entry) => [entryName(entry), entry]))
  }

  /** What somebody else has done since the last version, in words. What they have taken away is let go of. */
  #seeMeddling(there: ReadonlyMap<string, StructOpsEntry>): string[] {
    return this.#current.flatMap(({ name, mapId }) => {
      const entry = there.get(name)
      const own = this.#own.get(name)
      if (own !== undefined && !(entry?.links ?? []).includes(own.linkId ?? 0)) {
        own.unregister()
        this.#own.delete(name)
      }
      if (entry === undefined) return [`${name}: unregistered by somebody else`]
      return entry.mapId === mapId ? [] : [`${name}: switched to map ${entry.mapId} by somebody else`]
    })
  }

  #register(object: BpfObject, undo: DisposableStack): { registered: Registration[]; notes: readonly string[] } {
    using loaded = load(prepare(object, this.#target), this.#target)
    return { registered: registerEach(loaded, this.#pinDirectory, undo), notes: loaded.notes }
  }

  #withdraw(): string[] {
    const gone = [...this.#own].filter(([name]) => !this.#current.some((version) => version.name === name))
    for (const [name, registration] of gone) {
      registration.unregister()
      this.#own.delete(name)
    }
    return gone.map(([name]) => name)
  }

  [Symbol.dispose](): void {
    for (const registration of this.#own.values()) {
      if (registration.pin === null) registration.unregister()
      else registration.leave()
    }
    this.#own.clear()
  }
}

const nothingNew = { registered: [], notes: [] }
const nothingSwitched = { switched: [], notes: [] }

const nameOf = ({ name, ops }: Registration): string => name ?? ops.spec.name

/** Only a link can be given another version at once. */
function checkLink(entry: StructOpsEntry | undefined): void {
  if (entry === undefined || entry.byLink) return
  const name = entryName(entry)
  throw new UsageError(`"${name}" (map ${entry.mapId}) is registered without a link, so that a new version cannot take its place at once`, {
    hint: `ccdk unregister ${name} takes it away; ccdk dev registers it by a link then`,
  })
}

/** The object with these of its chosen maps alone. */
function only(object: BpfObject, chosen: readonly StructOpsSpec[], wanted: readonly StructOpsSpec[]): BpfObject {
  for (const spec of chosen) spec.autocreate = wanted.includes(spec)
  return object
}
