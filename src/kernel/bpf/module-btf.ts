import { UnsupportedKernelError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import { btfInfo } from './btf-objects.ts'
import { openById, walkIds } from './by-id.ts'

/** Opens the BTF that the kernel keeps for a loaded module. Throws when it has been unloaded meanwhile. */
export function findModuleBtf(module: string): Fd {
  for (const id of walkIds('BPF_BTF_GET_NEXT_ID')) {
    const fd = openById('BPF_BTF_GET_FD_BY_ID', id, `BTF of module ${module}`)
    if (fd === undefined) continue
    const { kernel, name } = btfInfo(fd)
    if (kernel && name === module) return fd
    fd[Symbol.dispose]()
  }
  throw new UnsupportedKernelError({ feature: `module "${module}" loaded`, hint: `load it with: modprobe ${module}` })
}
