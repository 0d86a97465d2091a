import { CcdkError } from '../../src/errors/index.ts'

/** What one look at the machine gave. */
export interface Finding {
  what: string
  answer: 'yes' | 'no' | 'unknown'
  /** What was seen. */
  detail: string
  /** How to mend it. */
  remedy: string
  /** Nothing can be registered without it. */
  needed: boolean
}

export const yes = (what: string, detail: string, needed = false): Finding => ({
  what,
  answer: 'yes',
  detail,
  remedy: '',
  needed,
})
export const no = (what: string, detail: string, remedy: string, needed = false): Finding => ({
  what,
  answer: 'no',
  detail,
  remedy,
  needed,
})
export const unknown = (what: string, detail: string, remedy: string): Finding => ({
  what,
  answer: 'unknown',
  detail,
  remedy,
  needed: false,
})

/** Turns one of our errors into a no. */
export function tried(what: string, needed: boolean, look: () => Finding): Finding {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return no(what, error.message, error.hint, needed)
  }
}
