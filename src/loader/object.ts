import type { Btf, BtfExt } from '../btf/index.ts'
import type { CoreRelocation } from '../core-relo/index.ts'
import type { ElfFile } from '../elf/index.ts'
import type { VerifierLogOptions } from './load/verifier-log-options.ts'
import type { SectionKind } from './sections/section-kind.ts'

/**
 * A BPF object that has been read and not yet been bound to a kernel. Fields that are not readonly may be changed
 * before `prepare`: sizes, initial values, which map is created and which program is loaded.
 */
export interface BpfObject {
  /** As the caller named it. */
  readonly file: string
  /** For the names of its data maps: the file's name up to the first dot. */
  readonly name: string
  readonly elf: ElfFile
  readonly btf: Btf
  readonly ext: BtfExt
  readonly license: string
  /** Every function, programs among them, in file order. */
  readonly functions: readonly FunctionSpec[]
  readonly programs: readonly ProgramSpec[]
  readonly maps: readonly MapSpec[]
  readonly structOps: readonly StructOpsSpec[]
  readonly externs: readonly ExternSpec[]
}

/** A function of the object's code: a program or one that programs call. */
export interface FunctionSpec {
  readonly name: string
  readonly section: string
  readonly sectionIndex: number
  /** Of its first instruction in the section, bytes. */
  readonly offset: number
  /** Its instructions, a view of the object's bytes. */
  readonly bytes: Uint8Array
  /** Not visible to other objects although global: the verifier checks it as if it were static. */
  readonly hidden: boolean
  /** Filled once all functions are known. */
  readonly references: Reference[]
  readonly coreRelocations: CoreRelocation[]
}

/** What an instruction, counted from the start of its function, refers to. */
export type Reference =
  | { kind: 'map'; at: number; map: string }
  /** `offset` bytes into the value of a data map. */
  | { kind: 'data'; at: number; map: string; offset: number }
  | { kind: 'call'; at: number; callee: FunctionSpec }
  /** The address of a function, for a helper that calls back. */
  | { kind: 'callback'; at: number; callee: FunctionSpec }
  /** A table of its function's instructions to jump to; `table` tells it from others. */
  | { kind: 'jump_table'; at: number; table: number; targets: readonly number[] }
  | { kind: 'extern'; at: number; name: string }

export interface ProgramSpec {
  readonly name: string
  readonly code: FunctionSpec
  /** What its section's name says of it; null when the name is none that the field knows. */
  readonly kind: SectionKind | null
  autoload: boolean
  /** What is wanted of the verifier's log; undefined for what the load's options say. */
  verifierLog?: VerifierLogOptions | undefined
}

/** A map that the object defines, or one made from a data section. */
export interface MapSpec {
  readonly name: string
  /** What it was made from. */
  readonly origin: 'definition' | 'data' | 'rodata' | 'bss' | 'kconfig'
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  numaNode: number
  mapExtra: bigint
  /** Ids in the object's BTF; 0 where there is none. */
  readonly keyType: number
  readonly valueType: number
  autocreate: boolean
  /** Of a data map: what its one value starts as; of an arena: what its variables do, when it has any. */
  readonly initial: Uint8Array | null
  /** Of a map of maps: what each of its values is like. The definition may leave it to whoever loads it. */
  inner: MapSpec | null
  /** What stands in a map of maps or an array of programs from the start. */
  readonly slots: readonly MapSlot[]
  /** Whether it is shared by its name: one that is pinned there is used, else it is pinned. */
  pinned: boolean
}

/** A map or program, by name, at an index of another map. */
export interface MapSlot {
  readonly index: number
  readonly kind: 'map' | 'program'
  readonly name: string
}

/** A struct_ops variable. */
export interface StructOpsSpec {
  /** The variable's name. */
  readonly name: string
  /** What its map is called in the kernel, which keeps 15 bytes: the variable's name unless it is changed. */
  mapName: string
  /** `.struct_ops` or `.struct_ops.link`, perhaps with a leading `?`. */
  readonly section: string
  /** Registered for as long as a link lives, not until it is deleted: as its section says, unless it is changed. */
  link: boolean
  /** Its struct in the object's BTF. */
  readonly type: number
  /** Its initial value, zero where programs stand. */
  readonly bytes: Uint8Array
  /** The programs by the member that they fill. */
  readonly programs: Map<string, string>
  /** Members that may be left out, with their program, on a kernel that lacks them: at first those that it declares so. */
  readonly optional: Set<string>
  autocreate: boolean
}

/** Something that the kernel is to provide. */
export type ExternSpec =
  | {
      readonly kind: 'kconfig'
      readonly name: string
      /** Id of its type in the object's BTF. */
      readonly type: number
      readonly size: number
      /** Where it stands in the value of the `.kconfig` map, bytes. */
      readonly offset: number
      readonly weak: boolean
    }
  /** A kernel function that BPF may call; `type` is its prototype. */
  | { readonly kind: 'kfunc'; readonly name: string; readonly type: number; readonly weak: boolean }
  /** A kernel variable; `type` is 0 when it was declared as `void`, so that only its address is wanted. */
  | { readonly kind: 'ksym'; readonly name: string; readonly type: number; readonly weak: boolean }
