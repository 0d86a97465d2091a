import { CcdkError } from './errors.ts'

/** Does some work and notes what is wrong with the user's input, so that more than the first problem can be told. */
export function collect<Result>(problems: CcdkError[], work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    problems.push(error)
    return undefined
  }
}
