import { packetsHeld } from '../../../src/link-model/index.ts'
import { pathDocument, readDocument, resolvePath } from '../../../src/spec/index.ts'
import type { FuzzTarget } from '../case.ts'
import type { Fields } from '../fields.ts'
import { edits } from '../mutate.ts'

const texts = [
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
].map((text) => new TextEncoder().encode(text))

const kinds = { digit: /[0-9]/, letter: /[a-z]/i, space: /\s/, mark: /[^0-9a-z\s]/i }

/** Each kind of character is changed as often as another, and mostly into one that stands elsewhere. */
const fieldsOf = (bytes: Uint8Array): Fields =>
  new Map(
    Object.entries(kinds).map(([what, pattern]) => [
      what,
      [...bytes.keys()].filter((at) => pattern.test(String.fromCodePoint(bytes[at] ?? 0))).map((at) => ({ what, at, width: 1 as const })),
    ]),
  )

/** What people write of a path: YAML, units, and what a path can be. */
export const documents: FuzzTarget = {
  name: 'documents',
  share: 3,
  make(random) {
    const bytes = random.pick(texts)
    return {
      from: 'a path',
      bytes,
      edits: random.once(20) ? [] : edits(random, bytes, fieldsOf(bytes)),
      run(damaged) {
        const text = new TextDecoder().decode(damaged)
        const { value, error } = readDocument(pathDocument, { text, file: 'fuzz.yaml' })
        for (const link of resolvePath(value.path, { error, readFile: () => text }, ['path']).links) packetsHeld(link, 1514)
      },
    }
  },
}
