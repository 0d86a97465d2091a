import { programSections } from './program-sections.ts'

/** What a program section's name says. */
export interface SectionKind {
  /** `enum bpf_prog_type`. */
  type: number
  /** `enum bpf_attach_type`; 0 where the kernel does not ask. */
  attachType: number
  /** It may sleep. */
  sleepable: boolean
  /** It takes packets in several buffers. */
  frags: boolean
  /** How a link of it is made, where that is known from the section. */
  attach: AttachWay
  /** The kernel's type that it is checked against when it is loaded: a prefix for the target's name. */
  kernelType: { prefix: string; kind: 'func' | 'typedef' } | null
  /** The section's name up to its target: `raw_tp`, `cgroup/connect4`. */
  name: string
  /** What follows: a tracepoint, a function, an iterator; for struct_ops a member's name (only a hint). */
  target: string
}

/** The ways that a program comes to run. */
export type AttachWay =
  | 'none'
  | 'struct_ops'
  | 'raw_tracepoint'
  | 'tracepoint'
  | 'tracing'
  | 'iter'
  | 'xdp'
  | 'tcx'
  | 'netkit'
  | 'cgroup'
  | 'netns'
  | 'netfilter'
  | 'kprobe'
  | 'uprobe'
  | 'perf_event'
  | 'freplace'

/**
 * Reads a section's name; `name` comes without the `?` that says that the program is optional. Null for a name that is
 * not known: the program is then of no kind until its user says which.
 */
export function parseSectionName(name: string): SectionKind | null {
  for (const entry of programSections) {
    const target = targetIn(entry.name, entry.more, name)
    if (target === null) continue
    const { more: _, ...kind } = entry
    return { ...kind, target }
  }
  return null
}

/** What follows `head` in a name, or null when the name is another. Only some heads may be followed by anything. */
function targetIn(head: string, more: boolean, name: string): string | null {
  if (name === head) return ''
  return more && name.startsWith(`${head}/`) ? name.slice(head.length + 1) : null
}

/** The sections that hold struct_ops variables. */
export const structOpsSections: readonly string[] = [
  '.struct_ops',
  '.struct_ops.link',
  '?.struct_ops',
  '?.struct_ops.link',
]
