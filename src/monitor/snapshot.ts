import type { StructOpsState } from '../structops/index.ts'

/**
 * What the monitor saw at one moment: plain data, the same as a live view, a JSON document and a recording. Numbers of
 * 64 bits that may be over 2^53 are strings. Rates and shares are of the time since the snapshot before it, and zero in
 * the first.
 */
export interface Snapshot {
  schemaVersion: 1
  /** ISO 8601. */
  time: string
  /** Since the snapshot before; 0 in the first. */
  seconds: number
  host: { name: string; kernel: string; cpus: number }
  /** What is not shown, such as without root, and what would mend it. */
  cannot: Lack[]
  /** All struct_ops maps of the machine, by whomever they were made, by id. */
  algorithms: AlgorithmView[]
  sockets: SocketsView
  /** Since the snapshot before. */
  events: MonitorEvent[]
  /** Shares of all processors. */
  cpu: { busy: number; steal: number }
}

export interface Lack {
  what: string
  why: string
  remedy: string
}

export interface AlgorithmView {
  mapId: number
  /** The map's name: the variable in the object, cut to 15 bytes. */
  map: string
  /** The kernel's struct, such as `tcp_congestion_ops`. */
  struct: string
  /** What it registers as; null for a struct without a name, and for a map that was never filled. */
  name: string | null
  state: StructOpsState
  /** Whether new sockets can choose it. */
  registered: boolean
  /** Whether a link registers it, rather than the map itself. */
  byLink: boolean
  refcnt: number
  /** Sockets of this name, whatever version of it they have. */
  sockets: number
  callsPerSecond: number
  /** Null when no program ran, or nothing counts. */
  nsPerCall: number | null
  /** What its programs took of one core: 0.01 is a hundredth. */
  cores: number
  members: MemberView[]
  links: { id: number; pins: string[] }[]
  /** Where the map or its programs are pinned. */
  pins: string[]
  holders: HolderView[]
}

/** A function member that a program fills. */
export interface MemberView {
  member: string
  programId: number
  program: string
  /** Since the snapshot before. */
  runs: number
  /** Since the program was loaded, counted while BPF statistics were on. */
  runsTotal: string
  nsPerCall: number | null
  nsPerCallTotal: number | null
  /** Of the time that all members took since the snapshot before: 0 to 1. */
  share: number
}

/** A process that keeps something by a descriptor. */
export interface HolderView {
  pid: number
  command: string
  what: 'map' | 'link' | 'program'
}

/** TCP sockets: how many there are, and a window of them. */
export interface SocketsView {
  /** In the namespaces that are looked into. */
  total: number
  /** Those that fit the filter, of which `rows` is a part. */
  matching: number
  /** Index of the first of `rows` among those that fit, in the order asked for. */
  from: number
  rows: SocketView[]
}

/** What connects to what, with the kernel's figures: packets, µs, bytes a second. Null where a socket has no such figure. */
export interface SocketView {
  /** Names the socket for as long as the machine runs. */
  cookie: string
  /** The inode of its network namespace. */
  namespace: number
  family: 'ipv4' | 'ipv6'
  /** `192.0.2.1:443`, `[2001:db8::1]:443`. */
  local: string
  remote: string
  state: string
  /** Empty for one that has none: in TIME_WAIT, or half open. */
  congestion: string
  /** Packets. */
  cwnd: number | null
  /** Packets; null as well as long as the kernel has set none (0x7fffffff). */
  ssthresh: number | null
  srttUs: number | null
  rttvarUs: number | null
  minRttUs: number | null
  /** Bytes a second; null as well for no limit. */
  pacingRate: number | null
  deliveryRate: number | null
  /** Packets sent that are neither acknowledged nor taken for lost. */
  inFlight: number | null
  lost: number | null
  /** Packets sent again since it began. */
  retransmits: number | null
  caState: CaState | null
  mss: number | null
  /** u64. */
  bytesAcked: string | null
  /** Bytes not yet acknowledged. */
  sendQueue: number
  receiveQueue: number
}

/** ABI: enum tcp_ca_state, linux/tcp.h. */
export const caStates = ['open', 'disorder', 'cwr', 'recovery', 'loss'] as const
export type CaState = (typeof caStates)[number]

/** Which sockets, in which order, and how many of them. */
export interface SocketQuery {
  /** `cc=bpf_dctcp and srtt>10ms`; all when left out. Errors are `UsageError`s that point at the column. */
  filter?: string
  /** As the kernel lists them when left out. Those without the figure come last. */
  sort?: keyof SocketView
  reverse?: boolean
  /** 0 when left out. */
  from?: number
  /** All when left out. */
  count?: number
  /** A look lists the sockets anew unless it did so within these ms; always when left out. */
  maxAgeMs?: number
}

export interface MonitorEvent {
  /** ISO 8601. */
  at: string
  kind: 'registered' | 'unregistered' | 'state' | 'swapped' | 'refcnt' | 'printk' | 'error'
  mapId?: number
  name?: string
  text: string
}

/** A global variable of an algorithm's programs, as it is now. */
export interface VariableView {
  /** `.data`, `.bss`, `.rodata` and their like. */
  section: string
  name: string
  /** As C spells it. */
  type: string
  value: string
  writable: boolean
}

/** A connection at its ACKs, oldest first: a column a figure, all of one length. */
export interface FlowView {
  cookie: string
  /** When it was looked at, by the clock of `time`. */
  now: number
  /** ms of one clock: CLOCK_MONOTONIC, or of day in a recording. */
  time: readonly number[]
  /** Packets. */
  cwnd: readonly number[]
  /** Packets; null as long as the kernel has set none. */
  ssthresh: readonly (number | null)[]
  srttUs: readonly number[]
  /** Bytes a second. */
  deliveryRate: readonly number[]
  pacingRate: readonly (number | null)[]
  inFlight: readonly number[]
  /** Events that found no room. */
  dropped: number
}

/** What a person looked at besides: only of that the machine is asked. */
export interface Looked {
  variables: { mapId: number; values: readonly VariableView[] }[]
  flows: FlowView[]
}

/** What the views are made of, be it this machine now or a recording. */
export interface MonitorSource extends Disposable {
  /** Looks anew, with this window of the sockets. */
  look(query?: SocketQuery): Snapshot
  /** Another window of the sockets that were seen at the last look. */
  sockets(query: SocketQuery): SocketsView
  /** Empty where the map, its programs' types, or the right to read them are not there. */
  variables(mapId: number): VariableView[]
  /** ACKs of a connection since it was first asked for, while somebody asks; undefined where that cannot be known. */
  flow(cookie: string): FlowView | undefined
}
