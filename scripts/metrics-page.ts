import { type MetricDefinition, metricTable } from '../src/experiment/measure/metric-table.ts'

const head = `# Metrics

What an experiment says of an arm in each trial. \`npm run docs\` writes the table from the one that comparisons use.

Times are those of CLOCK_MONOTONIC, one clock for all hosts. A flow begins when the sending application asks for it, and ends
when the receiving application has its last byte. Where arms share the link, packets are told apart by the hash of their
addresses and ports. What was not there to be measured has no figure: completion times without a flow that has a size, waiting
times without the emulator's record, the CPU of an algorithm that is the kernel's own.

A metric without a good direction is described and not judged. Arms differ by a factor or by an amount; a difference of the
margin or less does not matter (see [statistics](statistics.md)).
`

/** `docs/metrics.md`. */
export const metricsPage = (): string =>
  [head, '| metric | unit | better | arms differ by | margin | what it says |', '| --- | --- | --- | --- | --- | --- |', ...metricTable.map(row), ''].join('\n')

function row({ name, unit, better, scale, margin, what }: MetricDefinition): string {
  const difference = scale === 'ratio' ? 'a factor' : 'an amount'
  return `| \`${name}\` | ${unit === '' ? '–' : unit} | ${better ?? '–'} | ${difference} | ${marginOf(margin, scale, unit)} | ${what} |`
}

/** Whose share it is follows from the scale: of the baseline, or of all. */
function marginOf(margin: number | undefined, scale: MetricDefinition['scale'], unit: string): string {
  if (margin === undefined) return '–'
  return scale === 'ratio' || unit === 'share' ? `${Number((margin * 100).toPrecision(3))} %` : String(margin)
}
