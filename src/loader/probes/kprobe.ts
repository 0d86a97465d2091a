import { syscallFunction } from '../target/syscall-wrapper.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import { given, type ProbeRequest, runsOnReturn } from './options.ts'
import type { ProbeAttachment } from './probe-attachment.ts'

/** `kprobe/FUNCTION[+OFFSET]` and `kretprobe/…`, or the same in the options; there an address will do as well. */
export function kprobeOf(request: ProbeRequest): ProbeAttachment {
  const { section, fail, cookie } = request
  const onReturn = runsOnReturn(request)
  const text = request.function ?? request.target
  if (text === '' && request.offset !== undefined) return { way: 'kprobe', offset: request.offset, onReturn, ...given({ cookie }) }
  const [, name, extra = '0'] = /^([\w.]+)(?:\+(0x[\da-f]+|\d+))?$/i.exec(text) ?? []
  if (name === undefined) return fail('no function is named', `write SEC("${section}/FUNCTION") or SEC("${section}/FUNCTION+OFFSET")`)
  const offset = BigInt(extra) + (request.offset ?? 0n)
  if (onReturn && offset !== 0n) fail('a function does not return at an offset', `write SEC("${section}/${name}")`)
  return { way: 'kprobe', function: name, offset, onReturn, ...given({ cookie }) }
}

/** `ksyscall/NAME` and `kretsyscall/NAME`: the function that a system call enters on this kernel. */
export function syscallProbeOf(request: ProbeRequest, facts: KernelFacts): ProbeAttachment {
  const { section, fail, cookie } = request
  const name = request.function ?? request.target
  if (!/^\w+$/.test(name)) fail('no system call is named', `write SEC("${section}/NAME"), as in SEC("${section}/openat")`)
  return { way: 'kprobe', function: syscallFunction(facts, name), offset: 0n, onReturn: runsOnReturn(request), ...given({ cookie }) }
}
