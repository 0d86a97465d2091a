import type { Btf } from '../../btf/index.ts'
import type { AttachedPrograms, Place } from '../attach/attached-programs.ts'
import type { Attachment, Unlinked, UnlinkedAttachment } from '../attach/attachment.ts'
import type { Answer, Feature } from '../target/features.ts'
import type { Batch, BatchResult } from '../target/batch.ts'
import type { Handle, Memory } from '../target/handle.ts'
import type { KernelFacts, ModuleBtf } from '../target/kernel-facts.ts'
import type { MapDefinition, ProgramDefinition } from '../target/definitions.ts'
import type { Target } from '../target/target.ts'
import type { ObjectsById } from '../target/objects-by-id.ts'
import type { TestRun, TestRunResult } from '../target/test-run.ts'
import type { Call, Failure, RecordedCall } from './calls.ts'
import { deleteElement, elementOf, keyAfter, memoryOf, putElement } from './elements.ts'
import type { RecordedHandle } from './handle.ts'
import { Ledger } from './ledger.ts'
import { recordedObjects } from './objects.ts'

export interface RecordingOptions {
  /** Calls that fail. The first that fits counts. */
  failures?: readonly Failure[]
  /** What is answered about features; `yes` for those left out. */
  features?: Partial<Record<Feature, Answer>>
  /** Maps that are pinned before anything is done, by path. */
  pinned?: Readonly<Record<string, MapDefinition>>
  /** 1 if left out. */
  possibleCpus?: number
  /** Bytes; 4096 if left out. */
  pageSize?: number
}

/**
 * A target that creates nothing: it writes down each call with its arguments and answers with handles that stand for
 * nothing. Maps keep what is put into them, so that it can be read back; programs never run. What it knows of a kernel
 * comes from `facts`: a BTF file, or a target. A handle that is used after it was closed, or is another target's, is an
 * error; `open` has those that are not closed yet.
 */
export class RecordingTarget implements Target, Disposable {
  readonly objects: ObjectsById
  readonly pageSize: number
  readonly unknown: NonNullable<KernelFacts['unknown']>
  readonly #facts: KernelFacts
  readonly #options: RecordingOptions
  readonly #ledger: Ledger
  #modules: ModuleBtf[] | undefined

  constructor(facts: KernelFacts, options: RecordingOptions = {}) {
    this.#facts = facts
    this.#options = options
    this.pageSize = options.pageSize ?? 4096
    this.unknown = facts.unknown ?? []
    this.#ledger = new Ledger(options.failures ?? [])
    this.objects = recordedObjects(this.#ledger)
    for (const [path, definition] of Object.entries(options.pinned ?? {})) this.#ledger.pins.set(path, this.#ledger.map(definition))
  }

  /** In the order in which they were made. */
  get calls(): readonly RecordedCall[] {
    return this.#ledger.calls
  }

  get name(): string {
    return this.#facts.name
  }

  /** What has been made and not been closed: `map "dctcp"`. */
  get open(): string[] {
    return Array.from(this.#ledger.open, ({ what }) => what)
  }

  /** The paths at which something is pinned. */
  get pins(): string[] {
    return [...this.#ledger.pins.keys()]
  }

  kernelBtf(): Btf {
    return this.#facts.kernelBtf()
  }

  moduleBtfs(): readonly ModuleBtf[] {
    this.#modules ??= this.#facts.moduleBtfs().map(({ name, btf }) => {
      let handle: RecordedHandle | undefined
      return { name, btf, handle: () => (handle ??= this.#ledger.keep(this.#ledger.other(`BTF of module ${name}`))) }
    })
    return this.#modules
  }

  kernelConfig(): string | undefined {
    return this.#facts.kernelConfig()
  }

  kernelConfigSource(): string | undefined {
    return this.#facts.kernelConfigSource?.()
  }

  kernelVersion(): number {
    return this.#facts.kernelVersion()
  }

  symbolAddress(name: string): bigint | undefined {
    return this.#facts.symbolAddress(name)
  }

  possibleCpus(): number {
    return this.#options.possibleCpus ?? 1
  }

  hasFeature(feature: Feature): Answer {
    return this.#ledger.do({ method: 'hasFeature', args: [feature] }, () => this.#options.features?.[feature] ?? 'yes')
  }

  createToken(path: string): Handle {
    return this.#ledger.make({ method: 'createToken', args: [path] }, () => this.#ledger.other(`BPF token of ${path}`))
  }

  loadBtf(bytes: Uint8Array, token?: Handle): Handle {
    const args: Parameters<Target['loadBtf']> = token === undefined ? [bytes] : [bytes, token]
    return this.#ledger.make({ method: 'loadBtf', args }, () => this.#ledger.types(bytes.slice()))
  }

  createMap(definition: MapDefinition): Handle {
    return this.#ledger.make({ method: 'createMap', args: [definition] }, () => this.#ledger.map(definition))
  }

  loadProgram(definition: ProgramDefinition): Handle {
    return this.#ledger.make({ method: 'loadProgram', args: [definition] }, () => {
      definition.log?.write('')
      return this.#ledger.program(definition)
    })
  }

  lookup(map: Handle, key: Uint8Array, valueSize: number, flags = 0, asked?: Uint8Array): Uint8Array | undefined {
    const args: Parameters<Target['lookup']> = asked === undefined ? [map, key, valueSize, flags] : [map, key, valueSize, flags, asked]
    return this.#ledger.do({ method: 'lookup', args }, () => elementOf(this.#ledger.mapOf(map), key, valueSize)?.slice())
  }

  update(map: Handle, key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#ledger.do({ method: 'update', args: [map, key, value, flags] }, () => putElement(this.#ledger.mapOf(map), key, value))
  }

  delete(map: Handle, key: Uint8Array): void {
    this.#ledger.do({ method: 'delete', args: [map, key] }, () => deleteElement(this.#ledger.mapOf(map), key))
  }

  take(map: Handle, key: Uint8Array, valueSize: number, flags = 0): Uint8Array | undefined {
    return this.#ledger.do({ method: 'take', args: [map, key, valueSize, flags] }, () => {
      const value = elementOf(this.#ledger.mapOf(map), key, valueSize)
      if (value !== undefined) deleteElement(this.#ledger.mapOf(map), key)
      return value
    })
  }

  nextKey(map: Handle, key: Uint8Array | undefined, keySize: number): Uint8Array | undefined {
    return this.#ledger.do({ method: 'nextKey', args: [map, key, keySize] }, () => keyAfter(this.#ledger.mapOf(map), key))
  }

  /** It has no batches: callers go through the elements one by one. */
  batch(map: Handle, batch: Batch): BatchResult {
    return this.#ledger.do({ method: 'batch', args: [map, batch] }, () => ({ count: 0, errno: 'ENOTSUPP' }))
  }

  mapMemory(map: Handle, range: { offset: number; length: number; writable: boolean; address?: bigint }): Memory {
    return this.#ledger.do({ method: 'mapMemory', args: [map, range] }, () => {
      const thing = this.#ledger.mapOf(map)
      return this.#ledger.memory(`memory of ${thing.what}`, memoryOf(thing, range), range.address ?? 0n)
    })
  }

  freeze(map: Handle): void {
    this.#ledger.do({ method: 'freeze', args: [map] }, () => undefined)
  }

  /** Nothing runs: packet and context come back as they were given. */
  testRun(program: Handle, run: TestRun): TestRunResult {
    return this.#ledger.do({ method: 'testRun', args: [program, run] }, () => ({ returned: 0, durationNs: 0, data: run.data, context: run.context }))
  }

  bindMap(program: Handle, map: Handle): void {
    this.#ledger.do({ method: 'bindMap', args: [program, map] }, () => this.#ledger.programOf(program).maps.add(this.#ledger.mapOf(map)))
  }

  attach(program: Handle, to: Attachment): Handle {
    return this.#ledger.make({ method: 'attach', args: [program, to] }, () => this.#ledger.link(this.#ledger.thingOf(program), undefined))
  }

  attachUnlinked(program: Handle, to: UnlinkedAttachment): Unlinked {
    const call: Call = { method: 'attachUnlinked', args: [program, to] }
    return this.#ledger.do(call, () => this.#ledger.attachment(`attachment of ${this.#ledger.thingOf(program).what}`, to.way))
  }

  /** Nothing is: attachments are not kept by place. */
  attachedPrograms(place: Place): AttachedPrograms {
    return this.#ledger.do({ method: 'attachedPrograms', args: [place] }, () => ({ programs: [], flags: 0, revision: 0n }))
  }

  updateLink(link: Handle, program: Handle, expected?: Handle): void {
    const args: Parameters<Target['updateLink']> = expected === undefined ? [link, program] : [link, program, expected]
    this.#ledger.do({ method: 'updateLink', args }, () => {
      this.#ledger.expect('updateLink', this.#ledger.linkOf(link).program, expected)
      this.#ledger.linkOf(link).program = this.#ledger.programOf(program)
    })
  }

  /** Nothing runs, so that nothing is written. */
  runIterator(link: Handle): Uint8Array {
    return this.#ledger.do({ method: 'runIterator', args: [link] }, () => new Uint8Array())
  }

  createStructOpsLink(map: Handle): Handle {
    return this.#ledger.make({ method: 'createStructOpsLink', args: [map] }, () => this.#ledger.link(undefined, this.#ledger.mapOf(map)))
  }

  updateStructOpsLink(link: Handle, map: Handle, expected?: Handle): void {
    const args: Parameters<Target['updateStructOpsLink']> = expected === undefined ? [link, map] : [link, map, expected]
    this.#ledger.do({ method: 'updateStructOpsLink', args }, () => {
      this.#ledger.expect('updateStructOpsLink', this.#ledger.linkOf(link).map, expected)
      this.#ledger.linkOf(link).map = this.#ledger.mapOf(map)
    })
  }

  detachLink(link: Handle): void {
    this.#ledger.do({ method: 'detachLink', args: [link] }, () => undefined)
  }

  pin(handle: Handle, path: string): void {
    this.#ledger.do({ method: 'pin', args: [handle, path] }, () => {
      if (this.#ledger.pins.has(path)) throw this.#ledger.refusal('pin', 'EEXIST')
      this.#ledger.pins.set(path, this.#ledger.thingOf(handle))
    })
  }

  unpin(path: string): void {
    this.#ledger.do({ method: 'unpin', args: [path] }, () => {
      if (!this.#ledger.pins.delete(path)) throw this.#ledger.refusal('unpin', 'ENOENT')
    })
  }

  isPinned(path: string): boolean {
    return this.#ledger.do({ method: 'isPinned', args: [path] }, () => this.#ledger.pins.has(path))
  }

  openPinned(path: string): Handle {
    return this.#ledger.make({ method: 'openPinned', args: [path] }, () => {
      const thing = this.#ledger.pins.get(path)
      if (thing === undefined) throw this.#ledger.refusal('openPinned', 'ENOENT')
      return thing
    })
  }

  enableRunStatistics(): Handle {
    return this.#ledger.make({ method: 'enableRunStatistics', args: [] }, () => this.#ledger.other('run statistics'))
  }

  [Symbol.dispose](): void {
    this.#ledger.kept.clear()
  }
}
