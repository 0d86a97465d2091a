import type { Btf } from '../../btf/index.ts'
import type { LinkInfo } from '../attach/link-info.ts'
import type { Handle } from './handle.ts'

/** A kernel's answer about a map, from BPF_OBJ_GET_INFO_BY_FD. */
export interface MapInfo {
  id: number
  name: string
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  /** Of a struct_ops map; 0 for others. */
  kernelValueType: number
  /** The BTF object that has that type: the kernel's own or a module's. 0 where the kernel does not say. */
  kernelValueBtf: number
  /** The BTF that describes its keys and values, and their types in it; 0 where there are none. */
  btfId: number
  keyType: number
  valueType: number
  mapExtra: bigint
}

export interface ProgramInfo {
  id: number
  name: string
  type: number
  tag: string
  /** The maps that it uses or is bound to. */
  mapIds: readonly number[]
  /** The BTF that it was loaded with; 0 without. */
  btfId: number
  /** ns since the machine was started, time in which it slept included. */
  loadTimeNs: bigint
  /** Who loaded it. */
  ownerUid: number
  /** Bytes of its instructions as the kernel has changed them, and of the machine code that it made of them. */
  xlatedSize: number
  jitedSize: number
  /** How many the verifier walked; 0 before Linux 5.16. */
  verifiedInstructions: number
  /** ns and calls since it was loaded, counted while BPF statistics are on. */
  runTimeNs: bigint
  runCount: bigint
  /** How often it was not run because it was running already, since Linux 5.12. */
  recursionMisses: bigint
}

export interface BtfInfo {
  id: number
  /** Bytes. */
  size: number
  /** Whether it is the kernel's own or a module's, and not one that came with programs. */
  kernel: boolean
  /** `vmlinux`, or the module; empty for others. */
  name: string
}

export type ObjectKind = 'map' | 'program' | 'link' | 'btf'

/** All objects that a target holds, by whomever they were made. */
export interface ObjectsById {
  ids(kind: ObjectKind): Iterable<number>
  /** Undefined when there is none of this id (any more). */
  map(id: number): Handle | undefined
  program(id: number): Handle | undefined
  link(id: number): Handle | undefined
  btf(id: number): Handle | undefined
  mapInfo(map: Handle): MapInfo
  programInfo(program: Handle): ProgramInfo
  /** The types that a program was loaded with; undefined when it was loaded without. */
  programTypes(program: Handle): Btf | undefined
  linkInfo(link: Handle): LinkInfo
  btfInfo(btf: Handle): BtfInfo
  /** What `parseBtf` reads; a module's types count on from the kernel's own. */
  btfBytes(btf: Handle): Uint8Array
}
