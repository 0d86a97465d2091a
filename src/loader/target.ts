import type { Btf } from '../btf/index.ts'
import type { AttachedPrograms, Place } from './attach/attached-programs.ts'
import type { Attachment, Unlinked, UnlinkedAttachment } from './attach/attachment.ts'
import type { Answer, Feature } from './features.ts'
import type { ObjectsById } from './objects-by-id.ts'
import type { TestRun, TestRunResult } from './test-run.ts'

/** Something that a target made and that lives until it is disposed of: on Linux a file descriptor. */
export interface Handle extends Disposable {
  /** What stands for it in an instruction or an attribute. */
  readonly number: number
}

/** Bytes that somebody else may change at any time. They are empty once it has been disposed of, and asking for them fails. */
export interface Memory extends Disposable {
  /** Of the first byte, in this process: what programs write into an arena as a pointer counts from there. */
  readonly address: bigint
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** One call for many elements of a map. */
export interface Batch {
  what: 'lookup' | 'take' | 'update' | 'delete'
  /** Room for `count` keys and values, one after the other. To delete takes no values. */
  keys: Uint8Array
  values?: Uint8Array
  count: number
  flags?: number
  /** Where a lookup goes on: what the call before it wrote into `next`. */
  from?: Uint8Array
  next?: Uint8Array
}

export interface BatchResult {
  /** Elements that were done. */
  count: number
  /** Why not all of them: ENOENT at the end of the map or when a key is missing, ENOTSUPP when this map has no batches. */
  errno: string | null
}

/** The types of a kernel module. */
export interface ModuleBtf {
  name: string
  /** Split BTF on the kernel's own. */
  btf: Btf
  /** The handle that attributes take; asked for only when the module is used. */
  handle: () => Handle
}

/** Where a map's or program's type lives when it is not the kernel's own BTF. */
export type BtfHandle = Handle | undefined

export interface MapDefinition {
  /** The whole name, for messages; Linux keeps 15 bytes of it. */
  name: string
  /** `enum bpf_map_type`. */
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  numaNode?: number
  mapExtra?: bigint
  /** Of a map of maps: a map like those that it will hold. */
  inner?: Handle
  /** The object's BTF and the types of key and value in it. */
  btf?: { handle: Handle; keyType: number; valueType: number }
  /** The right to create it, of a process that has no capability. */
  token?: Handle
  /** Of a struct_ops map: the type of its value in the kernel's BTF, or in a module's. */
  kernelValue?: { type: number; module: BtfHandle }
}

/** What is wanted of the verifier's log. */
export interface VerifierLog {
  /** ABI: BPF_LOG_LEVEL1 (1) for what led to a refusal or LEVEL2 (2) for every instruction, BPF_LOG_STATS (4) for counts. */
  level: number
  /** The most that is kept, bytes; without it there is room for the whole log. A kernel from 6.4 on keeps the end of it. */
  size?: number
  /** Is given the log, whatever the verdict. */
  write: (log: string) => void
}

export interface ProgramDefinition {
  /** The whole name, for messages; Linux keeps 15 bytes of it. */
  name: string
  /** `enum bpf_prog_type`. */
  type: number
  instructions: Uint8Array
  license: string
  /** `enum bpf_attach_type`; for a struct_ops program the index of its member in the kernel's struct. */
  expectedAttachType: number
  flags: number
  /** The type that it attaches to: the kernel's, a module's, or a function of another program. */
  attach?: { type: number; module: BtfHandle } | { type: number; program: Handle }
  /** The object's BTF and which function and source line each instruction belongs to. */
  debug?: {
    handle: Handle
    funcInfo: Uint32Array
    funcInfoRecordSize: number
    lineInfo: Uint32Array
    lineInfoRecordSize: number
  }
  /** The right to load it, of a process that has no capability. */
  token?: Handle
  /** That the verifier's log is wanted also of a program that it accepts. */
  log?: VerifierLog
  /** Modules whose kfuncs it calls: the n-th stands at index n of the kernel's `fd_array`; the first is not used. */
  modules: readonly BtfHandle[]
}

/** What a kernel is, as far as an object can be bound to it: no privilege is needed to know it. */
export interface KernelFacts {
  /** For messages: `Linux 6.18.0`, or the file that the types were read from. */
  readonly name: string
  kernelBtf(): Btf
  moduleBtfs(): readonly ModuleBtf[]
  /** The text of the kernel's `.config`, or undefined when it cannot be had. */
  kernelConfig(): string | undefined
  /** Where that text was read, where it is a file. */
  kernelConfigSource?(): string | undefined
  /** As LINUX_VERSION_CODE: major << 16 | minor << 8 | patch. */
  kernelVersion(): number
  /** The address of a symbol of the kernel's, or undefined when there is none or it is kept secret. */
  symbolAddress(name: string): bigint | undefined
  /** What cannot be told of a kernel that is known from a file. What depends on it is left open. */
  readonly unknown?: readonly ('configuration' | 'addresses' | 'modules')[]
}

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
