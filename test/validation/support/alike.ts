import type { ComparedMetric, Design, ExperimentInput, ExperimentResult, ExperimentStore, RunEvent } from '../../../src/experiment/index.ts'
import type { AlikeDesign, AlikeMetric } from '../proofs/aa.ts'
import { runOnKernel } from './experiments.ts'

const blocks = 6

const inputOf = (design: Design, seed: number): ExperimentInput => ({
  name: 'aa',
  arms: { A: { cc: 'bpf_cubic' }, B: { cc: 'bpf_cubic' } },
  path: { rate: '20mbit', rtt: '20ms', queue: { limit: '1bdp' } },
  workload: [{ bulk: { flows: 2, seconds: 1 } }, { shortFlows: { load: 0.2, sizes: '20kb', seconds: 1 } }],
  designs: [design],
  blocks,
  seed,
  late: '5ms',
})

/** Runs experiments of one design with the same algorithm as both arms, under seeds of their own, and counts what is said. */
export async function countVerdicts(design: Design, experiments: number, tell: (line: string) => void): Promise<AlikeDesign> {
  const begun = performance.now()
  const seconds = (): number => Math.round((performance.now() - begun) / 1000)
  const found = { design, blocks, experiments: 0, decided: 0, trials: 0, disturbed: 0 }
  const metrics = new Map<string, AlikeMetric>()
  const see = (event: RunEvent): void => {
    if (event.event !== 'stored') return
    found.trials += 1
    if (!event.result.valid) found.disturbed += 1
  }
  for (let seed = 1; seed <= experiments; seed += 1) {
    const { compared, order } = await runOnKernel(inputOf(design, seed), lookAt, see)
    // The machine was never quiet for long enough. That has nothing to do with what would have been said.
    const isWhole = compared !== undefined && compared.blocks.length === blocks
    if (isWhole) {
      found.experiments += 1
      if (compared.metrics.some(isDecided)) found.decided += 1
      for (const one of compared.metrics) metrics.set(one.name, counted(one, order.get(one.name), metrics.get(one.name)))
    }
    const words = compared?.metrics.filter(isDecided).map(({ name, verdict, test }) => `${name} ${verdict} (p ${test.adjusted.toFixed(3)})`)
    tell(`${design} ${seed}${isWhole ? '' : ', not whole'}: ${words?.join(', ') || 'nothing'}; ${seconds()} s`)
  }
  return { ...found, seconds: seconds(), metrics: [...metrics.values()] }
}

const lookAt = (store: ExperimentStore, { comparisons: [compared] }: ExperimentResult) => ({ compared, order: orderIn(store) })

const isDecided = ({ verdict }: ComparedMetric): boolean => verdict === 'better' || verdict === 'worse'

/** With what one more experiment has found. */
function counted(one: ComparedMetric, order: Order | undefined, row = none(one.name)): AlikeMetric {
  const { test, verdict, difference, ratio, scale, higherIn, lowerIn } = one
  const [{ interval }, nothing] = scale === 'ratio' && ratio !== undefined ? [ratio, 1] : [difference, 0]
  const isMissed = interval !== undefined && (interval.low > nothing || interval.high < nothing)
  return {
    metric: one.name,
    experiments: row.experiments + 1,
    better: row.better + Number(verdict === 'better'),
    worse: row.worse + Number(verdict === 'worse'),
    striking: row.striking + Number(test.p <= 0.05),
    missed: row.missed + Number(isMissed),
    higherIn: row.higherIn + higherIn,
    lowerIn: row.lowerIn + lowerIn,
    secondHigherIn: row.secondHigherIn + (order?.higher ?? 0),
    secondLowerIn: row.secondLowerIn + (order?.lower ?? 0),
  }
}

const none = (metric: string): AlikeMetric => ({
  metric, experiments: 0, better: 0, worse: 0, striking: 0, missed: 0, higherIn: 0, lowerIn: 0, secondHigherIn: 0, secondLowerIn: 0,
})

/** The blocks in which the arm that came second had the higher figure of a metric, and the lower. */
interface Order {
  higher: number
  lower: number
}

function orderIn(store: ExperimentStore): Map<string, Order> {
  const figures = Map.groupBy(store.metrics(), ({ block, metric }) => `${block} ${metric}`)
  const found = new Map<string, Order>()
  for (const both of figures.values()) {
    const [first, second, ...others] = both.toSorted((a, b) => a.trial - b.trial)
    if (first === undefined || second === undefined || others.length > 0 || first.trial === second.trial) continue
    const { higher, lower } = found.get(first.metric) ?? { higher: 0, lower: 0 }
    found.set(first.metric, { higher: higher + Number(second.value > first.value), lower: lower + Number(second.value < first.value) })
  }
  return found
}
