import type { Design } from '../trial.ts'

export interface Place {
  scenario: number
  design: Design
}

/** What a link within the page goes to. */
export const anchorOf = ({ scenario, design }: Place): string => `scenario-${scenario}-${design}`

export const designWords = (design: Design): string => (design === 'alone' ? 'each alone' : 'mixed')
