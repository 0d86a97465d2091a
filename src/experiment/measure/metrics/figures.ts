/** By the names of the metric table. What was not there to be measured is left out. */
export type Figures = Record<string, number>
