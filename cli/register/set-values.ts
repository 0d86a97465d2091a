import { UsageError } from '../../src/errors/index.ts'
import type { BpfObject } from '../../src/loader/index.ts'
import { setValueFromText } from '../../src/structops/index.ts'

/** Changes values of an opened object as a person writes it: `initial_cwnd=10`, `dctcp.flags=2`, `tuning.steps[2]=-3`. */
export function setValues(object: BpfObject, assignments: readonly string[]): void {
  for (const assignment of assignments) {
    const [, path, text] = /^\s*([^=]*?)\s*=(.*)$/s.exec(assignment) ?? []
    if (path === undefined || text === undefined || path === '') {
      throw new UsageError(`--set takes VARIABLE=VALUE, and "${assignment}" is not that`)
    }
    setValueFromText(object, path, text)
  }
}
