import { UnsupportedKernelError, UsageError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import { openEvent } from './open-event.ts'
import { readFirst } from './read-first.ts'

/** Where a probe is put: at an instruction of a file, or of the kernel. */
export interface ProbePlace {
  kind: 'uprobe' | 'kprobe'
  /** A uprobe's file, a kprobe's function; a kprobe without one is at an address. */
  name: string | undefined
  /** Of a uprobe the place in the file, of a kprobe that in the function, or an address. */
  offset: bigint
  /** Run when the function returns. */
  onReturn: boolean
  pid?: number | undefined
  /** Of a uprobe: the place in the file of a u16 that is counted up while it is there; 0 for none. */
  referenceCounter?: bigint | undefined
}

/** The event of a probe. Kernels from 4.17 on have them as units of their own under `/sys/bus/event_source`. */
export function probeEvent({ kind, name, offset, onReturn, pid, referenceCounter = 0n }: ProbePlace): Fd {
  const unit = `/sys/bus/event_source/devices/${kind}`
  const type = readFirst([`${unit}/type`])
  if (type === undefined) {
    throw new UnsupportedKernelError({ feature: `${kind}s`, config: kind === 'kprobe' ? 'CONFIG_KPROBE_EVENTS' : 'CONFIG_UPROBE_EVENTS' })
  }
  const bit = (field: string): string | undefined => /config:(\d+)/.exec(readFirst([`${unit}/format/${field}`]) ?? '')?.[1]
  const counterBit = referenceCounter === 0n ? '0' : bit('ref_ctr_offset')
  if (counterBit === undefined) throw new UnsupportedKernelError({ feature: 'counters of those who use a uprobe', since: '4.20' })
  const config = (onReturn ? 1n << BigInt(bit('retprobe') ?? '0') : 0n) | (referenceCounter << BigInt(counterBit))
  if (BigInt.asUintN(64, config) !== config) throw new UsageError(`the reference counter at ${referenceCounter} of ${name} is beyond the 4 GiB that the kernel reaches`)
  const what = `event of a ${kind} at ${name === undefined ? `0x${offset.toString(16)}` : `${name}+${offset}`}`
  // ABI: config1 is uprobe_path or kprobe_func, config2 probe_offset or, without a function, kprobe_addr.
  const place = { ...(name === undefined ? {} : { config1: Buffer.from(`${name}\0`) }), config2: offset }
  return openEvent({ type: Number(type), config, ...place, ...(pid === undefined ? {} : { pid }) }, what, {
    doing: `opening the ${what}`,
    hints: {
      ENOENT: 'there is no such file or function',
      EINVAL: 'no instruction begins there, or another counter belongs to it already',
      ESRCH: 'there is no such process',
      EADDRNOTAVAIL: 'the kernel has several functions of this name: give the address of one',
    },
  })
}
