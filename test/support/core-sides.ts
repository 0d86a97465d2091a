import type { Btf } from '../../src/btf/index.ts'
import { CoreResolver, type Resolution } from '../../src/core-relo/index.ts'
import { BtfWriter } from './btf-writer.ts'

/** Writes one side's types and returns the id of the one that an access begins at. */
export type Types = (writer: BtfWriter) => number

export interface Sides {
  local: Types
  kernel: Types
  modules?: Types[]
  littleEndian?: boolean
}

/** Asks relocations that begin at the local type, one after the other. */
export function resolver({ local, kernel, modules = [], littleEndian = true }: Sides) {
  const writer = new BtfWriter({ littleEndian })
  const type = local(writer)
  const build = (types: Types, base?: Btf) => {
    const side = new BtfWriter({ littleEndian, ...(base === undefined ? {} : { base }) })
    types(side)
    return side.parse('kernel', base)
  }
  const vmlinux = build(kernel)
  const target = { kernel: vmlinux, modules: () => modules.map((types) => build(types, vmlinux)) }
  const core = new CoreResolver(writer.parse('cc.bpf.o'), target)
  return (kind: number, access = '0'): Resolution => core.resolve({ offset: 0, type, access, kind })
}

export const value = (sides: Sides, kind: number, access?: string) => resolver(sides)(kind, access).value

export const int = (writer: BtfWriter) => writer.int('int', 4, { signed: true })
export const u32 = (writer: BtfWriter) => writer.int('unsigned int', 4)
export const u64 = (writer: BtfWriter) => writer.int('unsigned long', 8)
