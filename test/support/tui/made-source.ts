import {
  type AlgorithmView,
  type FlowView,
  type MonitorEvent,
  type MonitorSource,
  type Snapshot,
  type SocketQuery,
  type SocketsView,
  type SocketView,
  type VariableView,
} from '../../../src/monitor/index.ts'
import { selectSockets } from '../../../src/monitor/sockets/select.ts'
import { tableOfViews } from '../../../src/monitor/sockets/viewed.ts'

const members = (prefix: string, runs: readonly number[]): AlgorithmView['members'] =>
  ['init', 'ssthresh', 'cong_avoid', 'set_state', 'undo_cwnd', 'pkts_acked'].map((member, index) => ({
    member,
    programId: 300 + index,
    program: `${prefix}_${member}`.slice(0, 20),
    runs: runs[index] ?? 0,
    runsTotal: String(10_000 * (runs[index] ?? 0)),
    nsPerCall: runs[index] ? 40 + 55 * index : null,
    nsPerCallTotal: runs[index] ? 42 + 50 * index : null,
    share: (runs[index] ?? 0) / Math.max(1, runs.reduce((sum, one) => sum + one, 0)),
  }))

const madeAlgorithms: readonly AlgorithmView[] = [
  {
    mapId: 41,
    map: 'cubic',
    struct: 'tcp_congestion_ops',
    name: 'bpf_cubic',
    state: 'inuse',
    registered: true,
    byLink: true,
    refcnt: 13,
    sockets: 12,
    callsPerSecond: 81_234,
    nsPerCall: 187,
    cores: 0.0152,
    members: members('bpf_cubic', [0, 3, 10_150, 7, 0, 10_148]),
    links: [{ id: 7, pins: ['/sys/fs/bpf/cubic'] }],
    pins: [],
    holders: [{ pid: 812, command: 'ccdk', what: 'link' }],
  },
  {
    mapId: 44,
    map: 'dctcp',
    struct: 'tcp_congestion_ops',
    name: 'bpf_dctcp',
    state: 'tobefree',
    registered: false,
    byLink: false,
    refcnt: 3,
    sockets: 3,
    callsPerSecond: 12,
    nsPerCall: 402.4,
    cores: 0.000_004,
    members: members('bpf_dctcp', [0, 0, 3, 0, 0, 0]),
    links: [],
    pins: [],
    holders: [],
  },
  {
    mapId: 45,
    map: 'bpf_empty',
    struct: 'tcp_congestion_ops',
    name: null,
    state: 'init',
    registered: false,
    byLink: false,
    refcnt: 0,
    sockets: 0,
    callsPerSecond: 0,
    nsPerCall: null,
    cores: 0,
    members: [],
    links: [],
    pins: [],
    holders: [{ pid: 901, command: 'evil\u001B[2J', what: 'map' }],
  },
]

const caStates = ['open', 'open', 'open', 'disorder', 'cwr', 'recovery', 'loss'] as const

const madeSocket = (index: number): SocketView => ({
  cookie: String(1000 + index),
  namespace: 4_026_531_840 + (index % 3),
  family: index % 5 === 4 ? 'ipv6' : 'ipv4',
  local: index % 5 === 4 ? `[2001:db8::${index}]:443` : `192.0.2.${1 + (index % 250)}:443`,
  remote: index % 5 === 4 ? `[::ffff:198.51.100.9]:${40_000 + index}` : `198.51.100.${1 + (index % 250)}:${40_000 + index}`,
  state: index % 11 === 10 ? 'TIME_WAIT' : 'ESTABLISHED',
  congestion: ['bpf_cubic', 'bpf_dctcp', 'cubic'][index % 3] ?? '',
  cwnd: 10 + ((index * 37) % 900),
  ssthresh: index % 2 === 0 ? null : 8 + ((index * 17) % 700),
  srttUs: 180 + 7919 * (index % 90),
  rttvarUs: 40 + 311 * (index % 50),
  minRttUs: 120 + 101 * (index % 40),
  pacingRate: index % 7 === 0 ? null : 1_250_000 * (1 + (index % 800)),
  deliveryRate: 1_000_003 * (1 + ((index * 53) % 700)),
  inFlight: index % 60,
  lost: index % 4,
  retransmits: index % 6 === 0 ? index : 0,
  caState: caStates[index % caStates.length] ?? null,
  mss: 1448,
  bytesAcked: String(9_000_000 * index),
  sendQueue: 0,
  receiveQueue: 0,
})

/** A saw of a window over some seconds, an ACK each 2 ms. */
export function madeFlow(cookie: string): FlowView {
  const time = Array.from({ length: 6000 }, (_, index) => 500_000 + 2 * index)
  const cwnd = time.map((_, index) => 40 + Math.floor((index % 1500) / 15))
  return {
    cookie,
    now: 511_998,
    time,
    cwnd,
    ssthresh: time.map((_, index) => (index < 1500 ? null : 70)),
    srttUs: cwnd.map((packets) => 20_000 + 150 * packets),
    deliveryRate: cwnd.map((packets) => 40_000 * Math.min(packets, 110)),
    pacingRate: cwnd.map((packets) => 48_000 * packets),
    inFlight: cwnd.map((packets, index) => packets - (index % 7)),
    dropped: 0,
  }
}

/** A machine that does not change, but for what a test changes of it. */
export class MadeSource implements MonitorSource {
  algorithms: AlgorithmView[] = [...madeAlgorithms]
  rows: SocketView[]
  readonly given: VariableView[] = [
    { section: '.data', name: 'initial_cwnd', type: 'unsigned int', value: '10', writable: true },
    { section: '.rodata', name: 'fast_convergence', type: 'const volatile bool', value: 'true', writable: false },
    { section: '.bss', name: 'losses', type: '__u64', value: '48231', writable: true },
  ]
  looks = 0
  /** What the next look tells besides. */
  readonly events: MonitorEvent[] = []

  constructor(sockets = 200) {
    this.rows = Array.from({ length: sockets }, (_, index) => madeSocket(index))
  }

  look(query: SocketQuery = {}): Snapshot {
    this.looks += 1
    const at = '2026-11-21T18:40:12.000Z'
    return {
      schemaVersion: 1,
      time: at,
      seconds: this.looks === 1 ? 0 : 0.25,
      host: { name: 'reno', kernel: '6.18.0', cpus: 2 },
      cannot: [],
      algorithms: this.algorithms,
      sockets: this.sockets(query),
      events:
        this.looks > 1
          ? this.events.splice(0)
          : [
              { at, kind: 'registered', mapId: 41, name: 'bpf_cubic', text: 'by link 7' },
              { at, kind: 'state', mapId: 44, name: 'bpf_dctcp', text: 'inuse to tobefree' },
              { at, kind: 'printk', text: 'bpf_trace_printk: cwnd \u001B[31mred' },
              { at, kind: 'error', text: 'the kernel answered EBUSY' },
            ],
      cpu: { busy: 0.342, steal: 0 },
    }
  }

  sockets(query: SocketQuery): SocketsView {
    return selectSockets(tableOfViews(this.rows), query)
  }

  variables(mapId: number): VariableView[] {
    return mapId === 41 ? this.given : []
  }

  flow(cookie: string): FlowView | undefined {
    return madeFlow(cookie)
  }

  [Symbol.dispose](): void {}
}
