import type { Design, MetricValue, Trial } from '../trial.ts'

/** A figure of a valid trial, and where it belongs. */
export interface PlacedFigure extends MetricValue, Pick<Trial, 'scenario' | 'design' | 'block'> {}

type Place = Omit<PlacedFigure, 'value'>

const keyOf = ({ scenario, design, block, arm, metric }: Place): string => `${scenario} ${design} ${block} ${arm} ${metric}`

/** The figures of an experiment's valid trials, to be found by where they belong. */
export class Figures {
  readonly #values = new Map<string, number>()
  readonly #blocks = new Map<string, Set<number>>()
  readonly #metrics = new Map<string, Set<string>>()

  readonly #units: ReadonlyMap<string, string>

  constructor(figures: Iterable<PlacedFigure>, metrics: readonly { name: string; unit: string }[]) {
    this.#units = new Map(metrics.map(({ name, unit }) => [name, unit]))
    for (const figure of figures) {
      // What could not be measured is no figure.
      if (!Number.isFinite(figure.value)) continue
      const place = `${figure.scenario} ${figure.design}`
      this.#values.set(keyOf(figure), figure.value)
      setIn(this.#blocks, place).add(figure.block)
      setIn(this.#metrics, place).add(figure.metric)
    }
  }

  value(place: Place): number | undefined {
    return this.#values.get(keyOf(place))
  }

  /** Of a metric; empty for one that is a number, or unknown. */
  readonly unit = ({ metric }: { metric: string }): string => this.#units.get(metric) ?? ''

  /** Blocks of which there is any figure, in order. */
  blocks(scenario: number, design: Design): number[] {
    return [...(this.#blocks.get(`${scenario} ${design}`) ?? [])].toSorted((a, b) => a - b)
  }

  metrics(scenario: number, design: Design): Set<string> {
    return this.#metrics.get(`${scenario} ${design}`) ?? new Set()
  }
}

function setIn<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  const found = sets.get(key) ?? new Set()
  sets.set(key, found)
  return found
}
