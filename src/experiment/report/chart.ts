/** A chart as data: what the page's script draws. Arms are told by their place, which has a colour. */
export interface Chart {
  id: string
  title: string
  /** What a screen reader says instead. */
  text: string
  x: Axis
  y: Axis
  series: readonly Series[]
}

export interface Axis {
  title: string
  isLogarithmic?: boolean
  /** There is nothing between whole numbers. */
  isWhole?: boolean
  /** What stands at 0, 1 and so on, in the place of numbers. */
  names?: readonly string[]
  /** Where it begins and ends; by the data without. */
  from?: number
  to?: number
}

export interface Series {
  label: string
  /** -1 for what belongs to no arm. */
  arm: number
  x: readonly number[]
  /** NaN where there is nothing. */
  y: readonly number[]
  /** The spread around it. */
  low?: readonly number[]
  high?: readonly number[]
  look?: 'line' | 'points' | 'whiskers' | 'hollow'
}
