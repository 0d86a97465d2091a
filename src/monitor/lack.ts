import { CcdkError, PermissionError } from '../errors/index.ts'
import type { Lack } from './snapshot.ts'

/**
 * Does what takes rights that this process may lack, or a newer kernel. What was refused is told, once, and undefined is
 * the answer. Throws other errors.
 */
export function unlessRefused<T>(lacks: Lack[], what: string, ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    if (!lacks.some((lack) => lack.what === what)) lacks.push(lackOf(what, error))
    return undefined
  }
}

export const lackOf = (what: string, error: CcdkError): Lack => ({
  what,
  why: error.message,
  remedy: error instanceof PermissionError ? `run it as root, or with ${error.capability}` : error.hint,
})
