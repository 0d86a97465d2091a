import type { PlacedFigure, RunEvent, Trial } from '../../../src/experiment/index.ts'

/** How a run gets on: plain data. Times are ms of a clock that never goes back. */
export interface State {
  begunAt: number
  /** Trials that are done and that were to be run. */
  done: number
  of: number
  /** How long all of them would take by the plan, and those that are left, ms. */
  planned: number
  left: number
  /** When `left` was so much. */
  at: number
  running: { trial: Trial; attempt: number; since: number } | undefined
  /** How often a trial was run again. */
  again: number
  /** Trials that stay as what they are, not valid. */
  invalid: number
  figures: readonly PlacedFigure[]
}

export const firstState = (figures: Iterable<PlacedFigure>, now: number): State => ({
  begunAt: now,
  done: 0,
  of: 0,
  planned: 0,
  left: 0,
  at: now,
  running: undefined,
  again: 0,
  invalid: 0,
  figures: [...figures],
})

export function next(state: State, event: RunEvent, now: number): State {
  const { done, of } = event
  if (event.event === 'broken') return { ...state, done, of, running: undefined, again: state.again + 1 }
  const left = event.left / 1e6
  const counted = { ...state, done, of, left, at: now }
  if (event.event === 'begun') {
    return { ...counted, planned: Math.max(state.planned, left), running: { trial: event.trial, attempt: event.attempt, since: now } }
  }
  const { trial, valid, metrics } = event.result
  const { scenario, design, block } = trial
  return {
    ...counted,
    running: undefined,
    again: state.again + (event.again ? 1 : 0),
    invalid: state.invalid + (valid || event.again ? 0 : 1),
    figures: valid ? [...state.figures, ...metrics.map((metric) => ({ ...metric, scenario, design, block }))] : state.figures,
  }
}

/** How long it still takes, ms: by the plan at first, then by how much longer trials take than planned. */
export function timeLeft({ begunAt, planned, left, at, done }: State, now: number): number {
  const pace = done === 0 || planned <= left ? 1 : (at - begunAt) / (planned - left)
  return Math.max(0, left * Math.max(1, pace) - (now - at))
}

/** The blocks' values of a metric of an arm, where the trial that runs belongs. */
export const valuesOf = ({ figures }: State, { scenario, design }: Trial, arm: string, metric: string): number[] =>
  figures.flatMap((one) => (one.scenario === scenario && one.design === design && one.arm === arm && one.metric === metric && Number.isFinite(one.value) ? [one.value] : []))
