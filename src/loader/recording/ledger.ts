import { PermissionError, SyscallError } from '../../errors/index.ts'
import { Instructions, PSEUDO } from '../code/instructions.ts'
import type { Handle } from '../target/handle.ts'
import type { MapDefinition, ProgramDefinition } from '../target/definitions.ts'
import type { Call, Failure, RecordedCall } from './calls.ts'
import { ProbeLinks } from '../probes/probe-links.ts'
import type { Unlinked } from '../attach/attachment.ts'
import { type Owned, RecordedAttachment, RecordedHandle, RecordedMemory, type RecordedThing } from './handle.ts'
import { snapshot } from './snapshot.ts'

/** As the first three descriptors are taken in a process. */
const firstNumber = 3

type RecordedMap = Extract<RecordedThing, { kind: 'map' }>
type RecordedProgram = Extract<RecordedThing, { kind: 'program' }>
type RecordedLink = Extract<RecordedThing, { kind: 'link' }>

/** What was called, and what has been made and is still held. */
export class Ledger {
  readonly calls: RecordedCall[] = []
  /** Handles and memory that have not been closed. */
  readonly open = new Set<Owned>()
  readonly pins = new Map<string, RecordedThing>()
  /** Handles that the target keeps for itself, of modules. */
  readonly kept = new Set<Owned>()
  readonly #failures: readonly Failure[]
  /** How often each failure's call was made. */
  readonly #made = new Map<Failure, number>()
  readonly #things: RecordedThing[] = []
  #numbers = firstNumber

  constructor(failures: readonly Failure[]) {
    this.#failures = failures
  }

  /** Writes a call down, and fails or answers. */
  do<Result>(call: Call, answer: () => Result): Result {
    const written: Call = snapshot(call, (handle) => this.#check(handle))
    try {
      const failure = this.#failureOf(written)
      if (failure !== undefined) throw failure
      const result = answer()
      this.calls.push(result instanceof RecordedHandle ? { ...written, made: result } : written)
      return result
    } catch (error) {
      this.calls.push({ ...written, error })
      throw error
    }
  }

  /** A call that answers with a handle. */
  make(call: Call, thing: () => RecordedThing): RecordedHandle {
    return this.do(call, () => new RecordedHandle(thing(), this.#numbers++, this.open))
  }

  /** A handle that no call made. */
  keep(thing: RecordedThing): RecordedHandle {
    return new RecordedHandle(thing, this.#numbers++, this.kept)
  }

  memory(what: string, bytes: Uint8Array<ArrayBuffer>, address: bigint): RecordedMemory {
    return new RecordedMemory(what, { bytes, address }, this.open)
  }

  /** As a kernel refuses. */
  refusal(method: Call['method'], errno: string): Error {
    const facts = { doing: `recording call ${this.calls.length + 1}`, syscall: method, errno }
    return errno === 'EPERM' ? new PermissionError({ ...facts, capability: 'CAP_BPF' }) : new SyscallError(facts)
  }

  /** Refuses when what is there is not what the caller thinks. */
  expect(method: Call['method'], found: RecordedThing | undefined, expected: Handle | undefined): void {
    if (expected !== undefined && found !== this.thingOf(expected)) throw this.refusal(method, 'EPERM')
  }

  thingOf(handle: Handle): RecordedThing {
    return this.#check(handle).thing
  }

  mapOf(handle: Handle): RecordedMap {
    const thing = this.thingOf(handle)
    if (thing.kind !== 'map') throw new TypeError(`${thing.what} is no map`)
    return thing
  }

  programOf(handle: Handle): RecordedProgram {
    const thing = this.thingOf(handle)
    if (thing.kind !== 'program') throw new TypeError(`${thing.what} is no program`)
    return thing
  }

  linkOf(handle: Handle): RecordedLink {
    const thing = this.thingOf(handle)
    if (thing.kind !== 'link') throw new TypeError(`${thing.what} is no link`)
    return thing
  }

  map(definition: MapDefinition): RecordedThing {
    return this.#add({ kind: 'map', what: `map "${definition.name}"`, id: this.#nextId, definition, elements: new Map() })
  }

  /** Numbers of maps in its instructions have to be those of open handles. */
  program(definition: ProgramDefinition): RecordedThing {
    const what = `program "${definition.name}"`
    const insns = new Instructions(definition.instructions)
    const known = new Map(this.#handles().flatMap(({ thing, serial }) => (thing.kind === 'map' ? [[serial, thing] as const] : [])))
    const maps = new Set<RecordedThing>()
    for (let at = 0; at < insns.count; at += insns.isWide(at) ? 2 : 1) {
      const src = insns.src(at)
      if (!insns.isWide(at) || (src !== PSEUDO.MAP_FD && src !== PSEUDO.MAP_VALUE)) continue
      const map = known.get(insns.imm(at))
      if (map === undefined) {
        // An object may have any number there.
        const doing = `loading ${what}, whose instruction ${at} refers to ${insns.imm(at)}, which is no open map`
        throw new SyscallError({ doing, syscall: 'bpf(BPF_PROG_LOAD)', errno: 'EBADF' })
      }
      maps.add(map)
    }
    return this.#add({ kind: 'program', what, id: this.#nextId, definition, maps })
  }

  link(program: RecordedThing | undefined, map: RecordedThing | undefined): RecordedThing {
    const what = `link of ${program?.what ?? map?.what ?? 'nothing'}`
    return this.#add({ kind: 'link', what, id: this.#nextId, program, map })
  }

  types(bytes: Uint8Array): RecordedThing {
    return this.#add({ kind: 'types', what: 'BTF', id: this.#nextId, bytes })
  }

  attachment(what: string, way: Unlinked['way']): RecordedAttachment {
    return new RecordedAttachment(what, way, this.open)
  }

  other(what: string): RecordedThing {
    return this.#add({ kind: 'other', what, id: this.#nextId })
  }

  /** What somebody holds, by a handle or a pin. */
  alive(): RecordedThing[] {
    const held = new Set([...this.#handles().map(({ thing }) => thing), ...this.pins.values()])
    return this.#things.filter((thing) => held.has(thing))
  }

  #handles(): RecordedHandle[] {
    return [...this.open].filter((owned) => owned instanceof RecordedHandle)
  }

  #failureOf(call: Call): Error | undefined {
    for (const failure of this.#failures) {
      const { method, when, nth, error } = failure
      if ((method !== undefined && method !== call.method) || when?.(call) === false) continue
      const count = (this.#made.get(failure) ?? 0) + 1
      this.#made.set(failure, count)
      if (nth === undefined || nth === count) return typeof error === 'string' ? this.refusal(call.method, error) : error
    }
    return undefined
  }

  #check(given: unknown): RecordedHandle {
    const handle = given instanceof ProbeLinks ? given.only : given
    const owners = [this.open, this.kept]
    if (!(handle instanceof RecordedHandle) || !owners.some((owner) => handle.belongsTo(owner))) {
      throw new TypeError('a handle that this target did not make')
    }
    if (handle.closed) throw new Error(`${handle.what}: used after it was closed`)
    return handle
  }

  get #nextId(): number {
    return this.#things.length + 1
  }

  #add(thing: RecordedThing): RecordedThing {
    this.#things.push(thing)
    return thing
  }
}
