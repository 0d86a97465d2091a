import { zeroTerminated } from '../../bytes/index.ts'
import { UnsupportedKernelError } from '../../errors/index.ts'
import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { addressOf } from '../libc.ts'
import { bpfCall } from './command.ts'
import { info } from './layouts.ts'
import { openById, walkIds } from './objects.ts'

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
  // ABI: struct bpf_btf_info, linux/bpf.h: btf, btf_size, id, name, name_len, kernel_btf.
  const name = new Uint8Array(nameSize)
  const request = new Uint8Array(32)
  const view = new DataView(request.buffer)
  view.setBigUint64(16, addressOf(name), true)
  view.setUint32(24, nameSize, true)
  const { result } = bpfCall('BPF_OBJ_GET_INFO_BY_FD', info, { bpf_fd: btf.number, info_len: request.length, info: request })
  check(result, { doing: `asking for the name of ${btf.what}`, syscall: 'bpf(BPF_OBJ_GET_INFO_BY_FD)', capability: 'CAP_BPF' })
  return view.getUint32(28, true) === 0 ? '' : (zeroTerminated(name, 0) ?? '')
}
