/** A criterion or a scenario of RFC 9743 (BCP 133) that measurements can speak to. */
interface Heading {
  section: string
  title: string
  /** Of which metrics a line is said, by the beginnings of their names: what the section is about. */
  metrics: readonly string[]
  /** Section 5.1 is about one algorithm by itself, 5.2 about different ones on one link; else both designs count. */
  design?: 'alone' | 'mixed'
}

const throughput = ['goodput', 'rtt.', 'queue.', 'loss'] as const
const sizes = ['fct.', 'slowdown.p', 'unfinished', 'goodput'] as const

/** The sections of RFC 9743 in its order. What only words can answer is not here: 5.3, 6.2, 7.2, 7.6 and 7.10. */
export const rfc9743 = [
  { section: '5.1.1', title: 'Protection Against Congestion Collapse', metrics: ['goodput', 'loss', 'retransmits'], design: 'alone' },
  { section: '5.1.2', title: 'Protection Against Bufferbloat', metrics: ['queue.', 'rtt.'], design: 'alone' },
  { section: '5.1.3', title: 'Protection Against High Packet Loss', metrics: ['loss', 'retransmits', 'goodput'], design: 'alone' },
  { section: '5.1.4', title: 'Fairness Within the Proposed Congestion Control Algorithm', metrics: ['jain', 'convergence'], design: 'alone' },
  { section: '5.1.5', title: 'Short Flows', metrics: sizes, design: 'alone' },
  { section: '5.2.1', title: 'Existing General-Purpose Congestion Control', metrics: [...throughput, 'harm'], design: 'mixed' },
  { section: '5.2.2', title: 'Real-Time Congestion Control', metrics: [...throughput, 'harm'], design: 'mixed' },
  { section: '5.2.3', title: 'Short and Long Flows', metrics: [...sizes, 'harm'], design: 'mixed' },
  { section: '6.1', title: 'Paths with Tail-Drop Queues', metrics: throughput },
  { section: '6.3', title: 'Wired Paths', metrics: throughput },
  { section: '6.4', title: 'Wireless Paths', metrics: throughput },
  { section: '7.1', title: 'Active Queue Management (AQM)', metrics: throughput },
  { section: '7.3', title: 'Paths with Varying Delay', metrics: throughput },
  { section: '7.4', title: 'Internet of Things and Constrained Nodes', metrics: [...throughput, 'cpu.'] },
  { section: '7.5', title: 'Paths with High Delay', metrics: throughput },
  { section: '7.7', title: 'Extreme Packet Reordering', metrics: [...throughput, 'retransmits'] },
  { section: '7.8', title: 'Transient Events', metrics: throughput },
  { section: '7.9', title: 'Sudden Changes in the Path', metrics: throughput },
  { section: '7.11', title: 'Data Centers', metrics: [...throughput, ...sizes] },
] as const satisfies readonly Heading[]

export const rfc9743Sections = rfc9743.map(({ section }) => section)
