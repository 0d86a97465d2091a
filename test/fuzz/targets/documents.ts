import { flowPlans, meanSize, parseSizes, resolveWorkload, sizeAt, workloadDocument } from '../../../src/experiment/index.ts'
import { packetsHeld } from '../../../src/link-model/index.ts'
import { parseFilter } from '../../../src/monitor/index.ts'
import { pathDocument, readDocument, resolvePath } from '../../../src/spec/index.ts'
import type { FuzzTarget } from '../case.ts'
import type { Fields } from '../fields.ts'
import { edits } from '../mutate.ts'

const paths = [
  'path: { rate: 100mbit, rtt: 10ms, queue: { limit: 1bdp, ecn: { step: 20p } } }\n',
  '{"path": {"rate": {"trace": "x"}, "rtt": "40ms", "loss": {"bursts": {"toBad": "0.1%", "toGood": 0.25}}}}',
  `path:
  clients: 2
  links:
    - &a { rate: 1.5gbit, delay: 300us, jitter: { amount: 1us, reorder: true }, queue: { fq_codel, limit: 64kib } }
    - rate: { every: 4s, steps: [{ at: 0s, rate: 100mbit }, { at: 2s, rate: 0 }] }
      rtt: 20ms # a comment
      queue: { red: { min: "5p", max: 'P'}, ecn: true, limit: 1e2p }
      policer: { rate: 5Mb/s, burst: >-
          64kb }
`,
]

const workloads = [
  `workload:
  - { bulk: { flows: 4, seconds: 10, stagger: 1s }, cc: dctcp-reno, family: ipv6 }
  - shortFlows: { load: 30%, sizes: { file: own, scale: 1.5, largest: 100kb }, seconds: 0.1 }
  - onOff: { flows: 9, on: 1s, off: 20ms, times: pareto, shape: 1.5, seconds: 10 }
    arm: new
  - { requestResponse: { response: 64kb, seconds: 1 }, direction: reverse, start: 1s }
  - incast: { senders: 16, bytes: 64kb, every: 100ms, seconds: 1 }
  - video: { bitrates: [1mbit, 2.5mbit], seconds: 60 }
`,
]

const sizes = ['# a comment\n0 0\n10000 0.15\n20000 .2\r\n20000\t3e-1 # a jump\n1000000 0.7\n30000000 1\n']

const filters = ['cc=bpf_* and (srtt>10ms or not state=ESTABLISHED) and port!=443 or pacing<=1.5gbit and acked>64kib']

const readPath = (text: string): void => {
  const { value, error } = readDocument(pathDocument, { text, file: 'fuzz.yaml' })
  for (const link of resolvePath(value.path, { error, readFile: () => text }, ['path']).links) packetsHeld(link, 1514)
}

const readWorkload = (text: string): void => {
  const { value, error } = readDocument(workloadDocument, { text, file: 'fuzz.yaml' })
  const around = { rates: { forward: 1e8, reverse: 1e8 }, clients: 2, servers: 3, arms: ['old', 'new'], error, readFile: () => sizes[0] ?? '' }
  const [first] = flowPlans(resolveWorkload(value.workload, around, ['workload']), 1)
  if (first !== undefined && !(first.at >= 0)) throw new Error('a flow that begins at no time')
}

const readSizes = (text: string): void => {
  const distribution = parseSizes({ text, file: 'fuzz.txt' })
  if (!(sizeAt(distribution, 0.5) >= 1 && meanSize(distribution) > 0)) throw new Error('a flow without bytes')
}

const sorts = [
  { from: 'a path', read: readPath, texts: paths },
  { from: 'a workload', read: readWorkload, texts: workloads },
  { from: 'sizes of flows', read: readSizes, texts: sizes },
  { from: 'a filter of sockets', read: parseFilter, texts: filters },
]
const seeds = sorts.flatMap(({ from, read, texts }) => texts.map((text) => ({ from, read, bytes: new TextEncoder().encode(text) })))

const kinds = { digit: /[0-9]/, letter: /[a-z]/i, space: /\s/, mark: /[^0-9a-z\s]/i }

/** Each kind of character is changed as often as another, and mostly into one that stands elsewhere. */
const fieldsOf = (bytes: Uint8Array): Fields =>
  new Map(
    Object.entries(kinds).map(([what, pattern]) => [
      what,
      [...bytes.keys()].filter((at) => pattern.test(String.fromCodePoint(bytes[at] ?? 0))).map((at) => ({ what, at, width: 1 as const })),
    ]),
  )

/** What people write: YAML, units, what paths and workloads can be, and sizes of flows. */
export const documents: FuzzTarget = {
  name: 'documents',
  share: 3,
  make(random) {
    const { from, read, bytes } = random.pick(seeds)
    return {
      from,
      bytes,
      edits: random.once(20) ? [] : edits(random, bytes, fieldsOf(bytes)),
      run: (damaged) => read(new TextDecoder().decode(damaged)),
    }
  },
}
