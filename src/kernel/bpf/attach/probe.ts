import { type KernelFunctions, type ProbeAttachment, type UprobePlace } from '../../../loader/index.ts'
import type { Fd } from '../../fd.ts'
import { addressOf } from '../../libc.ts'
import { probeEvent } from '../../perf/probe-event.ts'
import { traceableFunctions } from '../../facts/traceable-functions.ts'
import { bpfOpen, type Purpose } from '../command.ts'
import { linkToEvent } from './event-link.ts'
import { linkCreateKprobeMulti, linkCreateUprobeMulti } from '../layouts.ts'

/** ABI: BPF_F_KPROBE_MULTI_RETURN and BPF_F_UPROBE_MULTI_RETURN, linux/bpf.h. */
const ON_RETURN = 1

/** Attaches a program to a probe by a link. */
export function attachProbe(program: Fd, to: ProbeAttachment, what: string, purpose: Purpose): Fd {
  const prog_fd = program.number
  switch (to.way) {
    case 'uprobe': {
      const { file: name, offset, onReturn, pid, referenceCounter, cookie } = to
      return linkToEvent(program, probeEvent({ kind: 'uprobe', name, offset, onReturn, pid, referenceCounter }), cookie ?? 0n, what, purpose)
    }
    case 'kprobe': {
      const { function: name, offset, onReturn, cookie } = to
      return linkToEvent(program, probeEvent({ kind: 'kprobe', name, offset, onReturn }), cookie ?? 0n, what, purpose)
    }
    case 'uprobe_multi':
      return bpfOpen('BPF_LINK_CREATE', linkCreateUprobeMulti, { prog_fd, ...uprobeMultiValues(to) }, what, purpose)
    case 'kprobe_multi':
      return bpfOpen('BPF_LINK_CREATE', linkCreateKprobeMulti, { prog_fd, ...kprobeMultiValues(to) }, what, purpose)
  }
}

const words = (values: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer)

function uprobeMultiValues({ file, places, attachType, onReturn, pid }: Extract<ProbeAttachment, { way: 'uprobe_multi' }>) {
  const listOf = (field: 'cookie' | 'referenceCounter'): Uint8Array => words(places.map((place: UprobePlace) => place[field] ?? 0n))
  return {
    attach_type: attachType,
    'uprobe_multi.path': Buffer.from(`${file}\0`),
    'uprobe_multi.offsets': words(places.map(({ offset }) => offset)),
    'uprobe_multi.cnt': places.length,
    'uprobe_multi.flags': onReturn ? ON_RETURN : 0,
    'uprobe_multi.pid': pid ?? 0,
    'uprobe_multi.cookies': listOf('cookie'),
    'uprobe_multi.ref_ctr_offsets': listOf('referenceCounter'),
  }
}

/** The fields of BPF_LINK_CREATE. */
export function kprobeMultiValues({ functions, cookies, attachType, onReturn }: Extract<ProbeAttachment, { way: 'kprobe_multi' }>) {
  const { count, ...which } = functionFields(functions)
  return {
    attach_type: attachType,
    'kprobe_multi.cnt': count,
    'kprobe_multi.flags': onReturn ? ON_RETURN : 0,
    ...which,
    ...(cookies === undefined ? {} : { 'kprobe_multi.cookies': words(cookies) }),
  }
}

function functionFields(functions: KernelFunctions) {
  if ('symbols' in functions) return { count: functions.symbols.length, 'kprobe_multi.syms': namePointers(functions.symbols) }
  const addresses = 'pattern' in functions ? traceableFunctions(functions.pattern) : functions.addresses
  return { count: addresses.length, 'kprobe_multi.addrs': words(addresses) }
}

/** An array of addresses of names, and after it the names: they live as long as it does. */
function namePointers(names: readonly string[]): Uint8Array {
  const texts = names.map((name) => Buffer.from(`${name}\0`))
  const bytes = new Uint8Array(8 * names.length + texts.reduce((sum, { length }) => sum + length, 0))
  const view = new DataView(bytes.buffer)
  const start = addressOf(bytes)
  let at = 8 * names.length
  for (const [index, text] of texts.entries()) {
    view.setBigUint64(8 * index, start + BigInt(at), true)
    bytes.set(text, at)
    at += text.length
  }
  return bytes
}
