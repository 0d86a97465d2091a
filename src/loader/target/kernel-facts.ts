import type { Btf } from '../../btf/index.ts'
import type { Handle } from './handle.ts'

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
