import { zeroTerminated } from '../../bytes/index.ts'
import { UnsupportedKernelError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import { openById, walkIds } from './by-id.ts'
import { objectInfo } from './info.ts'
import { btfInfo } from './info-layouts.ts'

const nameSize = 64

/** Opens the BTF that the kernel keeps for a loaded module. Throws when it has been unloaded meanwhile. */
export function findModuleBtf(module: string): Fd {
  for (const id of walkIds('BPF_BTF_GET_NEXT_ID')) {
    const fd = openById('BPF_BTF_GET_FD_BY_ID', id, `BTF of module ${module}`)
    if (fd === undefined) continue
    if (btfName(fd) === module) return fd
    fd[Symbol.dispose]()
  }
  throw new UnsupportedKernelError({ feature: `module "${module}" loaded`, hint: `load it with: modprobe ${module}` })
}

/** The name under which the kernel keeps a BTF: `vmlinux`, a module's, or nothing for that of a program. */
function btfName(btf: Fd): string {
  const name = new Uint8Array(nameSize)
  const { kernel_btf } = objectInfo(btf, btfInfo, { name, name_len: nameSize })
  return kernel_btf === 0 ? '' : (zeroTerminated(name, 0) ?? '')
}
