import type { AlgorithmView, Snapshot } from '../../src/monitor/index.ts'

/** A look at a machine without anything, but for what a test says of it. */
export const snapshot = (facts: Partial<Snapshot> = {}): Snapshot => ({
  schemaVersion: 1,
  time: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  host: { name: 'host', kernel: '6.18.0', cpus: 2 },
  cannot: [],
  algorithms: [],
  sockets: { total: 0, matching: 0, from: 0, rows: [] },
  events: [],
  cpu: { busy: 0.5, steal: 0 },
  ...facts,
})

export const algorithmView = (facts: Partial<AlgorithmView> = {}): AlgorithmView => ({
  mapId: 7,
  map: 'dctcp',
  struct: 'tcp_congestion_ops',
  name: 'bpf_dctcp',
  state: 'inuse',
  registered: true,
  byLink: false,
  refcnt: 3,
  sockets: 2,
  callsPerSecond: 1000,
  nsPerCall: 120,
  cores: 0.00012,
  members: [
    { member: 'ssthresh', programId: 8, program: 'dctcp_ssthresh', runs: 0, runsTotal: '0', nsPerCall: null, nsPerCallTotal: null, share: 0 },
    { member: 'cong_avoid', programId: 9, program: 'dctcp_cong_avoid', runs: 1000, runsTotal: '4000', nsPerCall: 120, nsPerCallTotal: 125, share: 1 },
  ],
  links: [],
  pins: [],
  holders: [],
  ...facts,
})
