import type { Design } from '../trial.ts'

export interface Place {
  scenario: number
  design: Design
}

/** What a link within the page goes to. */
export const anchorOf = ({ scenario, design }: Place): string => `scenario-${scenario}-${design}`

/** Of a scenario that has no name, since there is only one, the design says it all. */
export const placeWords = ({ scenario, design }: Place, scenarios: readonly { name: string }[]): string =>
  [scenarios[scenario]?.name ?? '', designWords(design)].filter((part) => part !== '').join(', ')

export const designWords = (design: Design): string => (design === 'alone' ? 'each alone' : 'mixed')
