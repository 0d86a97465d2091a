import { PROG_TYPE } from './uapi.ts'

/** What a program section's name says. */
export interface SectionKind {
  /** `enum bpf_prog_type`. */
  type: number
  sleepable: boolean
  /** What follows the slash: a member's name (only a hint), a tracepoint, a device. Empty when nothing does. */
  target: string
}

interface Entry {
  name: string
  type: number
  sleepable?: true
}

const entries: readonly Entry[] = [
  { name: 'struct_ops', type: PROG_TYPE.STRUCT_OPS },
  { name: 'struct_ops.s', type: PROG_TYPE.STRUCT_OPS, sleepable: true },
  { name: 'raw_tp', type: PROG_TYPE.RAW_TRACEPOINT },
  { name: 'raw_tracepoint', type: PROG_TYPE.RAW_TRACEPOINT },
  { name: 'tp', type: PROG_TYPE.TRACEPOINT },
  { name: 'tracepoint', type: PROG_TYPE.TRACEPOINT },
  { name: 'xdp', type: PROG_TYPE.XDP },
  { name: 'tc', type: PROG_TYPE.SCHED_CLS },
  { name: 'classifier', type: PROG_TYPE.SCHED_CLS },
  { name: 'socket', type: PROG_TYPE.SOCKET_FILTER },
  { name: 'syscall', type: PROG_TYPE.SYSCALL, sleepable: true },
]

/** Reads a section's name; `name` comes without the `?` that says that the program is optional. */
export function parseSectionName(name: string): SectionKind | null {
  const slash = name.indexOf('/')
  const head = slash < 0 ? name : name.slice(0, slash)
  const entry = entries.find((candidate) => candidate.name === head)
  if (entry === undefined) return null
  return { type: entry.type, sleepable: entry.sleepable ?? false, target: slash < 0 ? '' : name.slice(slash + 1) }
}

/** The sections that hold struct_ops variables. */
export const structOpsSections: readonly string[] = [
  '.struct_ops',
  '.struct_ops.link',
  '?.struct_ops',
  '?.struct_ops.link',
]
