import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { createNamespace, type Fd, Interfaces, missingQdiscs, type QdiscOptions, Qdiscs } from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'

const here = suite('queueing disciplines', [needs.root, needs.iproute2])
const everywhere = suite('queueing disciplines that are modules', [needs.root, needs.iproute2, needs.netem])

const index = 10

async function withInterface(action: (qdiscs: Qdiscs, show: () => Promise<Shown[]>) => Promise<void>): Promise<void> {
  using namespace = createNamespace()
  using interfaces = new Interfaces(namespace)
  interfaces.createVeth({ name: 'here', index }, { name: 'there', index: index + 1, namespace }, 1500)
  using qdiscs = new Qdiscs(namespace)
  await action(qdiscs, () => shown(namespace))
}

interface Shown {
  kind: string
  handle: string
  parent?: string
  options: Record<string, unknown>
}

/** What iproute2 makes of them. */
async function shown({ number }: Fd): Promise<Shown[]> {
  const { stdout } = await execa('nsenter', [`--net=/proc/${process.pid}/fd/${number}`, 'tc', '-d', '-j', 'qdisc', 'show', 'dev', 'here'])
  const all: Shown[] = JSON.parse(stdout)
  return all
}

here('tbf with a queue in it, as tc shows them; a change of it hands its limit on', () =>
  withInterface(async (qdiscs, show) => {
    qdiscs.put({ interface: index, major: 1 }, { kind: 'tbf', rate: 8e6, burst: 2000, limit: 50 })
    qdiscs.put({ interface: index, major: 2, within: 1 }, { kind: 'pfifo', limit: 50 })
    qdiscs.change({ interface: index, major: 1 }, { kind: 'tbf', rate: 40e9, burst: 10_000, limit: 70 })
    const [tbf, pfifo] = await show()
    assert.is(tbf?.kind, 'tbf')
    assert.is(tbf?.options['rate'], 5_000_000_000)
    assert.is(tbf?.options['limit'], 70)
    assert.equal([pfifo?.kind, pfifo?.parent, pfifo?.options], ['pfifo', '1:1', { limit: 70 }])
    const listed = qdiscs.list().map(({ interface: at, kind, handle, parent, packets }) => [at, kind, handle, parent, packets])
    assert.equal(listed, [
      [index, 'tbf', 0x1_0000, 0xffff_ffff, 0],
      [index, 'pfifo', 0x2_0000, 0x1_0001, 0],
    ])
  }))

here('a discipline that the kernel does not have is named, with what brings it', () => {
  const missing = missingQdiscs()
  assert.not(missing.some((kind) => kind === 'pfifo' || kind === 'bfifo' || kind === 'tbf'))
  if (!missing.includes('netem')) return
  return withInterface(async (qdiscs, show) => {
    const error = thrownBy(() => qdiscs.put({ interface: index, major: 1 }, { kind: 'netem', limit: 1 }))
    assert.ok(error instanceof SyscallError)
    assert.is(error.errno, 'ENOENT')
    assert.match(error.hint, /it needs CONFIG_NET_SCH_NETEM, or as a module: modprobe sch_netem/)
    assert.not((await show()).some(({ kind }) => kind === 'netem'))
  })
})

function thrownBy(action: () => void): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

/** CoDel's times are kept in units of 1024 ns, and netem's delay is shown in those of 64 ns, both rounded down. */
const cases: readonly (readonly [options: QdiscOptions, shown: Record<string, unknown>])[] = [
  [{ kind: 'bfifo', limit: 3000 }, { limit: 3000 }],
  [
    { kind: 'netem', limit: 1000, delay: 12_352_000, rate: 10e6, loss: { kind: 'independent', probability: 0.25 }, duplicate: 0.5, seed: 7 },
    {
      limit: 1000,
      delay: { delay: 0.012352, jitter: 0, correlation: 0 },
      'loss-random': { loss: 0.25, correlation: 0 },
      duplicate: { duplicate: 0.5, correlation: 0 },
      rate: { rate: 1_250_000, packetoverhead: 0, cellsize: 0, celloverhead: 0 },
    },
  ],
  [{ kind: 'netem', limit: 1000, delay: 2e6, jitter: 1e6 }, { limit: 1000, delay: { delay: 0.002, jitter: 0.001, correlation: 0 } }],
  [
    { kind: 'netem', limit: 5, loss: { kind: 'bursts', toBad: 0.125, toGood: 0.25, lossInBad: 1, lossInGood: 0.5 } },
    { limit: 5, 'loss-gemodel': { p: 0.125, r: 0.25, '1-h': 1, '1-k': 0.5 } },
  ],
  [
    { kind: 'red', limit: 100_000, min: 10_000, max: 30_000, probability: 0.5, weightLog: 9, halving: 426_000, ecn: 'hard' },
    { limit: 100_000, min: 10_000, max: 30_000, ecn: true, harddrop: true, ewma: 9, probability: 0.5, Scell_log: 19 },
  ],
  [
    { kind: 'red', limit: 100_000, min: 10_000, max: 10_001, probability: 1, weightLog: 0, halving: 0, ecn: 'only' },
    { limit: 100_000, min: 10_000, max: 10_001, ecn: true, nodrop: true, ewma: 0, probability: 1 },
  ],
  [{ kind: 'codel', limit: 77, target: 6e6, interval: 90e6, ecn: true, markAfter: 1e6 }, { limit: 77, target: 5999, interval: 89_999, ecn: true, ce_threshold: 999 }],
  [
    { kind: 'fq_codel', limit: 77, target: 6e6, interval: 90e6, ecn: false, flows: 32, quantum: 999 },
    { limit: 77, flows: 32, quantum: 999, target: 5999, interval: 89_999, memory_limit: 2 ** 31 },
  ],
  [{ kind: 'pie', limit: 77, target: 20e6, update: 16e6, alpha: 3, beta: 21, ecn: true }, { limit: 77, target: 20_000, tupdate: 16_000, alpha: 3, beta: 21, ecn: true }],
]

for (const [options, expected] of cases) {
  everywhere(`${JSON.stringify(options)}, as tc shows it`, () =>
    withInterface(async (qdiscs, show) => {
      qdiscs.put({ interface: index, major: 1 }, options)
      const [found] = await show()
      assert.is(found?.kind, options.kind)
      for (const [key, value] of Object.entries(expected)) assert.equal(rounded(found?.options[key]), rounded(value), key)
      qdiscs.change({ interface: index, major: 1 }, options)
      assert.equal((await show())[0], found)
    }))
}

/** To nine places: probabilities are 32 bits in the kernel. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(9))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]))
}

here.run()
everywhere.run()
