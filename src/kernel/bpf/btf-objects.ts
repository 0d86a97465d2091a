import { zeroTerminated } from '../../bytes/index.ts'
import type { BtfInfo, Handle } from '../../loader/index.ts'
import type { Fd } from '../fd.ts'
import { openById } from './by-id.ts'
import { objectInfo } from './info.ts'
import { btfInfo as layout } from './info-layouts.ts'

const nameSize = 64

export const openBtf = (id: number): Fd | undefined => openById('BPF_BTF_GET_FD_BY_ID', id, `BTF ${id}`)

export function btfInfo(btf: Handle): BtfInfo {
  const name = new Uint8Array(nameSize)
  const { id, btf_size, kernel_btf } = objectInfo(btf, layout, { name, name_len: nameSize })
  return { id, size: btf_size, kernel: kernel_btf !== 0, name: zeroTerminated(name, 0) ?? '' }
}

/** The types as they were loaded. Those of a module are split: they count on from the kernel's own. */
export function btfBytes(btf: Handle): Uint8Array {
  const bytes = new Uint8Array(objectInfo(btf, layout).btf_size)
  objectInfo(btf, layout, { btf: bytes, btf_size: bytes.length })
  return bytes
}
