import type { AttachedPrograms, Place } from '../attach/attached-programs.ts'
import type { Attachment, Unlinked, UnlinkedAttachment } from '../attach/attachment.ts'
import type { Batch, BatchResult } from './batch.ts'
import type { MapDefinition, ProgramDefinition } from './definitions.ts'
import type { Answer, Feature } from './features.ts'
import type { Handle, Memory } from './handle.ts'
import type { KernelFacts } from './kernel-facts.ts'
import type { ObjectsById } from './objects-by-id.ts'
import type { TestRun, TestRunResult } from './test-run.ts'

/**
 * What runs BPF: a Linux kernel, a simulator, or a recorder in a test. The loader makes no system call of its own.
 * Methods throw the errors of `src/errors`; an EBUSY and its like is a `SyscallError` that names the call.
 */
export interface Target extends KernelFacts {
  readonly objects: ObjectsById
  /** The unit of memory in which maps are mapped, bytes. */
  readonly pageSize: number
  /** How many processors there may be: per-CPU values have one part for each. */
  possibleCpus(): number

  /** Asked only when something was refused, to find out whether the kernel is too old for it. */
  hasFeature(feature: Feature): Answer
  /**
   * The rights that a BPF file system was mounted with, for what is created by them. `path` is where it is mounted.
   */
  createToken(path: string): Handle
  loadBtf(bytes: Uint8Array, token?: Handle): Handle
  createMap(definition: MapDefinition): Handle
  /** Throws a `VerifierError` with the whole log when the verifier refuses it. */
  loadProgram(definition: ProgramDefinition): Handle
  /**
   * The value of a key; undefined when there is none. Of maps without keys, with no bytes as the key, it is the value
   * that is next; `asked` is what a Bloom filter is asked for.
   */
  lookup(map: Handle, key: Uint8Array, valueSize: number, flags?: number, asked?: Uint8Array): Uint8Array | undefined
  update(map: Handle, key: Uint8Array, value: Uint8Array, flags?: number): void
  delete(map: Handle, key: Uint8Array): void
  /** Looks up and deletes at once. */
  take(map: Handle, key: Uint8Array, valueSize: number, flags?: number): Uint8Array | undefined
  /** The key after another or, without one, the first. A key that is gone is taken for none. */
  nextKey(map: Handle, key: Uint8Array | undefined, keySize: number): Uint8Array | undefined
  batch(map: Handle, batch: Batch): BatchResult
  /** Part of a map's memory in place, for maps that allow it; an `address` is where it must be in this process. */
  mapMemory(map: Handle, range: { offset: number; length: number; writable: boolean; address?: bigint }): Memory
  /** After it no call can change the map any more, so that the verifier may rely on its values. */
  freeze(map: Handle): void
  /** Runs a program by itself. Throws a `SyscallError` with a hint when it is none that can, or not so. */
  testRun(program: Handle, run: TestRun): TestRunResult
  /** Makes a program keep a map alive that no instruction of it names, and tell it among its maps. */
  bindMap(program: Handle, map: Handle): void
  /** Makes a program run where it says, for as long as the link lives. */
  attach(program: Handle, to: Attachment): Handle
  /** Makes a program run where it says, until it is taken away again. */
  attachUnlinked(program: Handle, to: UnlinkedAttachment): Unlinked
  attachedPrograms(place: Place): AttachedPrograms
  /** Puts another program in the place of the one that a link runs, which must be `expected` when that is given. */
  updateLink(link: Handle, program: Handle, expected?: Handle): void
  /** Runs an iterator's program over all that there is and answers what it wrote. */
  runIterator(link: Handle): Uint8Array
  /** Registers what a struct_ops map describes, for as long as the link lives. */
  createStructOpsLink(map: Handle): Handle
  /** Makes a link register `map` in place of the one it has, which must be `expected` when that is given. */
  updateStructOpsLink(link: Handle, map: Handle, expected?: Handle): void
  /** Takes a link's effect away, also while others hold it. */
  detachLink(link: Handle): void
  /** Gives a map, program or link a name in the BPF file system, which keeps it alive. */
  pin(handle: Handle, path: string): void
  unpin(path: string): void
  /** Whether something is pinned there. */
  isPinned(path: string): boolean
  /** Opens what was pinned. */
  openPinned(path: string): Handle
  /** Makes the kernel count the runs of all programs, and their time, while the handle is open. */
  enableRunStatistics(): Handle
}
