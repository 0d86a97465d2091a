import { SyscallError } from '../errors/index.ts'
import { insideNamespace } from '../kernel/index.ts'
import { attach, type Handle, type LoadedObject } from '../loader/index.ts'
import type { Device } from './device.ts'
import type { Hook } from './options.ts'

// ABI: XDP_FLAGS_*_MODE, linux/if_link.h.
const hookFlags: Readonly<Record<Hook, number>> = { generic: 2, driver: 4 }

interface AttachWords {
  hook: Hook | undefined
  /** What is being attached, for messages: `the program that …`. */
  what: string
  /** What else than detaching someone else's program would do. */
  instead?: string
}

/** Attaches an XDP program to a device by a link, in the device's network namespace. Says whose program is in the way. */
export function attachProgram(loaded: LoadedObject, name: string, device: Device, { hook, what, instead = '' }: AttachWords): Handle {
  const flags = hook === undefined ? 0 : hookFlags[hook]
  const attachIt = (): Handle => attach(loaded, name, { interface: device.index, flags })
  try {
    return device.namespace === undefined ? attachIt() : insideNamespace(device.namespace, attachIt)
  } catch (error) {
    if (!(error instanceof SyscallError) || (error.errno !== 'EBUSY' && error.errno !== 'EEXIST')) throw error
    using program = loaded.target.objects.program(device.xdpProgram)
    const other = program === undefined ? '' : ` "${loaded.target.objects.programInfo(program).name}"`
    throw new SyscallError({
      doing: `attaching ${what}`,
      syscall: error.syscall,
      errno: error.errno,
      hint: `${device.name} has the XDP program ${device.xdpProgram}${other} already: detach it${instead}`,
      cause: error,
    })
  }
}
