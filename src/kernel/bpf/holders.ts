import { commandOf, openDescriptors } from '../descriptors.ts'

/** A process that has BPF objects open, and which. */
export interface BpfHolder {
  pid: number
  command: string
  maps: number[]
  programs: number[]
  links: number[]
}

export interface BpfIds {
  maps: ReadonlySet<number>
  programs: ReadonlySet<number>
  links: ReadonlySet<number>
}

/** ABI: what the kernel calls these descriptors, and the line of their fdinfo that has the id. */
const kinds = {
  'anon_inode:bpf-map': ['maps', /^map_id:\s*(\d+)$/m],
  'anon_inode:bpf-prog': ['programs', /^prog_id:\s*(\d+)$/m],
  'anon_inode:bpf_link': ['links', /^link_id:\s*(\d+)$/m],
  'anon_inode:bpf-link': ['links', /^link_id:\s*(\d+)$/m],
} as const

const isKind = (what: string): what is keyof typeof kinds => what in kinds

/** The processes, but for this one, that hold one of these objects by a descriptor. All of `/proc` is searched. */
export function bpfHolders(wanted: BpfIds): BpfHolder[] {
  const found = new Map<number, BpfHolder>()
  for (const { pid, what, info } of openDescriptors()) {
    if (pid === process.pid || !isKind(what)) continue
    const [kind, line] = kinds[what]
    const id = Number(line.exec(info())?.[1] ?? Number.NaN)
    if (!wanted[kind].has(id)) continue
    const holder = found.get(pid) ?? { pid, command: commandOf(pid), maps: [], programs: [], links: [] }
    found.set(pid, holder)
    if (!holder[kind].includes(id)) holder[kind].push(id)
  }
  return [...found.values()]
}
