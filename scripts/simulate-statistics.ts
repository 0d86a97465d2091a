/** The figures of docs/statistics.md: how often intervals cover the truth, and how often a verdict is right. */
import { compareArms, type Estimator } from '../src/experiment/index.ts'
import { Random } from '../src/link-model/index.ts'
import { coverage, eightMetrics, plain, shapes, verdicts } from '../test/support/simulated-blocks.ts'

const experiments = Number(process.argv[2] ?? 2000)
const resamples = 1000
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(9)
const row = (head: string, cells: readonly string[]): void => console.log(`${head.padEnd(34)}${cells.join('')}`)
const share = <Item>(items: readonly Item[], is: (item: Item) => boolean): number => items.filter(is).length / items.length

const sizes = [6, 8, 12, 20]
row('coverage of 95 % intervals', sizes.map((blocks) => `${blocks}`.padStart(9)))
const estimators: readonly Estimator[] = ['hodges-lehmann', 'median', 'mean']
for (const estimator of estimators) {
  for (const [name, shape] of Object.entries(shapes)) {
    row(`  ${estimator}, ${name}`, sizes.map((blocks) => percent(coverage(shape, estimator, { blocks, experiments, resamples }))))
  }
}
row('  the first without wider tails', sizes.map((blocks) => percent(coverage(shapes.normal, 'hodges-lehmann', { blocks, experiments, resamples }, plain))))

const counts = [6, 8, 12, 16]
const simulation = { experiments, resamples: 200 }
row('\nA/A, any verdict of 8 metrics', counts.map((blocks) => `${blocks}`.padStart(9)))
const isDecided = ({ verdict }: { verdict: string | undefined }): boolean => verdict === 'better' || verdict === 'worse'
row(
  '  any',
  counts.map((blocks) => percent(share([...verdicts({ ...simulation, blocks })], (all) => all.some(isDecided)))),
)

/** A/A with a look after each block from the sixth to the twelfth, until one says something. */
function peeking(looks: number): number {
  const random = new Random(looks, 'peeking')
  return share(Array.from({ length: experiments }, (_, seed) => seed), (seed) => {
    const metrics = eightMetrics(random, 12)
    return Array.from({ length: 7 }, (_, index) => 6 + index).some((blocks) => {
      const soFar = metrics.map((metric) => ({
        ...metric,
        baseline: metric.baseline.slice(0, blocks),
        candidate: metric.candidate.slice(0, blocks),
      }))
      return compareArms(soFar, { seed, looks, resamples: 200 }).some(isDecided)
    })
  })
}
row('  a look after each of 6 to 12', [percent(peeking(1))])
row('  the same, with looks: 7', [percent(peeking(7))])

row('\nfound, of metrics that differ', counts.map((blocks) => `${blocks}`.padStart(9)))
for (const differing of [1, 8]) {
  for (const effect of [1, 2, 3, 4]) {
    const found = counts.map((blocks) => {
      const all = [...verdicts({ ...simulation, blocks }, { effect, differing })].flatMap((some) => some.slice(0, differing))
      return percent(share(all, ({ verdict }) => verdict === 'better'))
    })
    row(`  ${differing} of 8 by ${effect} deviations`, found)
  }
}
