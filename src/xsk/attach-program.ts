import { SyscallError, UnsupportedKernelError } from '../errors/index.ts'
import { insideNamespace } from '../kernel/index.ts'
import { attach, type Handle, type LoadedObject } from '../loader/index.ts'
import type { Device } from './device.ts'

/** Where an XDP program runs: in the driver, or in the kernel's generic code. */
export type Hook = 'driver' | 'generic'

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
    // An older way would outlive this process; the hint that says so is of an option that nobody has here.
    if (error instanceof UnsupportedKernelError) {
      const { feature, since } = error
      throw new UnsupportedKernelError({ feature, since, hint: `${what} is attached by a link alone`, cause: error })
    }
    if (!(error instanceof SyscallError)) throw error
    const hint = refusalOf(error.errno, loaded, device)
    if (hint === undefined) throw error
    const { syscall, errno } = error
    throw new SyscallError({ doing: `attaching ${what}`, syscall, errno, hint: hint + (errno === 'EOPNOTSUPP' ? '' : instead), cause: error })
  }
}

/** What a refusal means for a device. */
function refusalOf(errno: string, loaded: LoadedObject, { name, xdpProgram }: Device): string | undefined {
  if (errno === 'EOPNOTSUPP') return `the driver of ${name} takes no XDP programs: leave the choice to the kernel, or choose the generic hook`
  if (errno !== 'EBUSY' && errno !== 'EEXIST') return undefined
  using program = loaded.target.objects.program(xdpProgram)
  const other = program === undefined ? '' : ` "${loaded.target.objects.programInfo(program).name}"`
  return `${name} has the XDP program ${xdpProgram}${other} already: detach it`
}
