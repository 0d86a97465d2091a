import type { SocketView } from '../../src/monitor/index.ts'

/** A connection as the monitor shows it, but for what a test says of it. */
export const socketView = (facts: Partial<SocketView> = {}): SocketView => ({
  cookie: '1',
  namespace: 4_026_531_840,
  family: 'ipv4',
  local: '127.0.0.1:40000',
  remote: '127.0.0.1:5001',
  state: 'ESTABLISHED',
  congestion: 'reno',
  cwnd: 10,
  ssthresh: null,
  srttUs: 1000,
  rttvarUs: 500,
  minRttUs: 900,
  pacingRate: null,
  deliveryRate: 1_000_000,
  inFlight: 4,
  lost: 0,
  retransmits: 0,
  caState: 'open',
  mss: 1448,
  bytesAcked: '1000',
  sendQueue: 0,
  receiveQueue: 0,
  ...facts,
})
