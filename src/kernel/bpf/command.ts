import { type Attempt, check } from '../errno.ts'
import { Fd } from '../fd.ts'
import { bpf } from '../libc.ts'
import { raiseLockedMemory } from '../locked-memory.ts'
import { encodeAttr, type Layout, type Values } from './attr.ts'

// ABI: enum bpf_cmd, linux/bpf.h.
export const COMMANDS = {
  BPF_MAP_CREATE: 0,
  BPF_MAP_LOOKUP_ELEM: 1,
  BPF_MAP_UPDATE_ELEM: 2,
  BPF_MAP_DELETE_ELEM: 3,
  BPF_MAP_GET_NEXT_KEY: 4,
  BPF_PROG_LOAD: 5,
  BPF_OBJ_PIN: 6,
  BPF_OBJ_GET: 7,
  BPF_PROG_ATTACH: 8,
  BPF_PROG_DETACH: 9,
  BPF_PROG_TEST_RUN: 10,
  BPF_PROG_GET_NEXT_ID: 11,
  BPF_MAP_GET_NEXT_ID: 12,
  BPF_PROG_GET_FD_BY_ID: 13,
  BPF_MAP_GET_FD_BY_ID: 14,
  BPF_OBJ_GET_INFO_BY_FD: 15,
  BPF_PROG_QUERY: 16,
  BPF_RAW_TRACEPOINT_OPEN: 17,
  BPF_BTF_LOAD: 18,
  BPF_BTF_GET_FD_BY_ID: 19,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: 21,
  BPF_MAP_FREEZE: 22,
  BPF_BTF_GET_NEXT_ID: 23,
  BPF_MAP_LOOKUP_BATCH: 24,
  BPF_MAP_LOOKUP_AND_DELETE_BATCH: 25,
  BPF_MAP_UPDATE_BATCH: 26,
  BPF_MAP_DELETE_BATCH: 27,
  BPF_LINK_CREATE: 28,
  BPF_LINK_UPDATE: 29,
  BPF_LINK_GET_FD_BY_ID: 30,
  BPF_LINK_GET_NEXT_ID: 31,
  BPF_ENABLE_STATS: 32,
  BPF_ITER_CREATE: 33,
  BPF_LINK_DETACH: 34,
  BPF_PROG_BIND_MAP: 35,
  BPF_TOKEN_CREATE: 36,
} as const

// ABI: linux/errno.h.
const EPERM = 1
/** What older kernels count as locked memory. */
const mayLock: ReadonlySet<Command> = new Set(['BPF_MAP_CREATE', 'BPF_PROG_LOAD', 'BPF_BTF_LOAD'])

export type Command = keyof typeof COMMANDS

/** What is being tried, without the call's name, which the command gives. */
export type Purpose = Omit<Attempt, 'syscall'>

/** Keeps the bytes that a call names by address from being collected while the kernel uses them. */
const held: { values: unknown } = { values: null }

/** One call of bpf(2). The result is the kernel's: negative is an errno. `attr` is as the kernel left it. */
export function bpfCall<L extends Layout>(
  command: Command,
  layout: L,
  values: Values<L>,
): { result: number; attr: DataView } {
  const { attr, size } = encodeAttr(layout, values)
  held.values = values
  let result = bpf(COMMANDS[command], attr, size)
  if (result === -EPERM && mayLock.has(command) && raiseLockedMemory()) result = bpf(COMMANDS[command], attr, size)
  held.values = null
  return { result, attr: new DataView(attr.buffer) }
}

/** One call of bpf(2) that must succeed. */
export function bpfDo<L extends Layout>(command: Command, layout: L, values: Values<L>, purpose: Purpose): number {
  const { result } = bpfCall(command, layout, values)
  return check(result, { capability: 'CAP_BPF', ...purpose, syscall: `bpf(${command})` })
}

/** One call of bpf(2) that answers with a new file descriptor. */
export function bpfOpen<L extends Layout>(
  command: Command,
  layout: L,
  values: Values<L>,
  what: string,
  purpose: Purpose,
): Fd {
  return new Fd(bpfDo(command, layout, values, purpose), what)
}
