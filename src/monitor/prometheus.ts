import type { AlgorithmView, Snapshot, SocketView } from './snapshot.ts'

type Labels = Readonly<Record<string, string>>
interface Metric {
  name: string
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  samples: { suffix?: string; labels: Labels; value: number | string }[]
}

/** Upper ends of what round trips are counted by, seconds. */
const rtts = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/**
 * A snapshot as a page for Prometheus (text format 0.0.4). Sockets are summed up by their algorithm: a series for each
 * connection would be more than a server of metrics can keep.
 */
export function prometheusText(snapshot: Snapshot): string {
  const { algorithms, cannot } = snapshot
  const metrics = [...algorithmMetrics(algorithms), ...socketMetrics(snapshot.sockets.rows)]
  metrics.push(
    gauge('ccdk_sockets', 'TCP sockets in the network namespaces that are looked into.', [{ labels: {}, value: snapshot.sockets.total }]),
    gauge('ccdk_lacks', 'What cannot be shown, such as for want of rights.', cannot.map(({ what }) => ({ labels: { what }, value: 1 }))),
  )
  return metrics.filter(({ samples }) => samples.length > 0).map(textOf).join('')
}

function algorithmMetrics(algorithms: readonly AlgorithmView[]): Metric[] {
  const each = (value: (view: AlgorithmView) => number) => algorithms.map((view) => ({ labels: labelsOf(view), value: value(view) }))
  const members = algorithms.flatMap((view) =>
    view.members.map((member) => ({ ...member, labels: { ...labelsOf(view), member: member.member, program: member.program } })),
  )
  return [
    gauge('ccdk_struct_ops_registered', 'Whether new sockets can choose it.', each(({ registered }) => Number(registered))),
    gauge(
      'ccdk_struct_ops_state',
      'One for the state that its map is in.',
      algorithms.map((view) => ({ labels: { ...labelsOf(view), state: view.state }, value: 1 })),
    ),
    gauge('ccdk_struct_ops_refcnt', 'References of the registration and of sockets.', each(({ refcnt }) => refcnt)),
    gauge('ccdk_struct_ops_sockets', 'TCP sockets of its name, whatever their version.', each(({ sockets }) => sockets)),
    counter('ccdk_struct_ops_calls_total', 'Runs of the program of a member while BPF statistics were on.', members.map(({ labels, runsTotal }) => ({ labels, value: runsTotal }))),
    counter(
      'ccdk_struct_ops_call_seconds_total',
      'Time in the program of a member while BPF statistics were on.',
      members.map(({ labels, runsTotal, nsPerCallTotal }) => ({ labels, value: (Number(runsTotal) * (nsPerCallTotal ?? 0)) / 1e9 })),
    ),
  ]
}

const labelsOf = ({ mapId, map, name, struct }: AlgorithmView): Labels => ({ name: name ?? map, map_id: String(mapId), struct })

function socketMetrics(rows: readonly SocketView[]): Metric[] {
  const byState = Map.groupBy(rows, ({ congestion, state }) => `${congestion}\n${state}`)
  const states = [...byState].map(([key, { length }]) => {
    const [congestion = '', state = ''] = key.split('\n')
    return { labels: { congestion, state }, value: length }
  })
  const connections = rows.filter(({ srttUs, congestion }) => srttUs !== null && congestion !== '')
  const algorithms = [...Map.groupBy(connections, ({ congestion }) => congestion)]
  const sum = (name: string, help: string, value: (row: SocketView) => number | null): Metric =>
    gauge(
      name,
      help,
      algorithms.map(([congestion, sockets]) => ({
        labels: { congestion },
        value: sockets.reduce((total, socket) => total + (value(socket) ?? 0), 0),
      })),
    )
  return [
    gauge('ccdk_tcp_sockets', 'TCP sockets by algorithm and state.', states),
    sum('ccdk_tcp_cwnd_packets', 'Congestion windows of connections, summed up.', ({ cwnd }) => cwnd),
    sum('ccdk_tcp_inflight_packets', 'Packets in flight, summed up.', ({ inFlight }) => inFlight),
    sum('ccdk_tcp_retransmits', 'Packets that open connections have sent again.', ({ retransmits }) => retransmits),
    sum('ccdk_tcp_delivery_bytes_per_second', 'Delivery rates of connections, summed up.', ({ deliveryRate }) => deliveryRate),
    {
      name: 'ccdk_tcp_srtt_seconds',
      type: 'histogram',
      help: 'Smoothed round trips of open connections, as they are now.',
      samples: algorithms.flatMap(([congestion, sockets]) => histogram({ congestion }, sockets.map(({ srttUs }) => (srttUs ?? 0) / 1e6))),
    },
  ]
}

const histogram = (labels: Labels, values: readonly number[]): Metric['samples'] => [
  ...rtts.map((le) => ({ suffix: '_bucket', labels: { ...labels, le: String(le) }, value: values.filter((value) => value <= le).length })),
  { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: values.length },
  { suffix: '_sum', labels, value: values.reduce((total, value) => total + value, 0) },
  { suffix: '_count', labels, value: values.length },
]

const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({ name, type: 'gauge', help, samples })
const counter = (name: string, help: string, samples: Metric['samples']): Metric => ({ name, type: 'counter', help, samples })

function textOf({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
    return `${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

/** Names are chosen by whoever registers something. */
const escaped = (text: string): string => text.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)
