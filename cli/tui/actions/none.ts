import { UsageError } from '../../../src/errors/index.ts'
import type { Actions } from './actions.ts'

const never = (): never => {
  throw new UsageError('a recording is shown, and it cannot be changed')
}

/** What can be done to a recording. */
export const noActions: Actions = {
  register: never,
  replace: never,
  unregister: never,
  setVariable: never,
  statistics: never,
  record: never,
  seen: () => undefined,
  isThere: () => false,
  held: () => [],
}
