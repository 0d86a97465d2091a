import type { Target } from '../../loader/index.ts'
import { RunStatistics } from '../../sockets/index.ts'
import type { TrialResult } from '../trial.ts'

export interface ArmPrograms {
  name: string
  /** The BPF programs of its algorithm; none for one that is the kernel's own. */
  programs: readonly { member: string; programId: number }[]
}

/** What the BPF programs of the arms take, from when it is made. Where there are none nothing is counted, and nothing costs. */
export class ProgramRuns implements Disposable {
  readonly #arms: readonly ArmPrograms[]
  readonly #statistics: RunStatistics | undefined

  constructor(arms: readonly ArmPrograms[], target: Target) {
    this.#arms = arms
    this.#statistics = arms.some(({ programs }) => programs.length > 0) ? new RunStatistics(target) : undefined
    this.#read()
  }

  /** A program that fills several members is told of once, with the names of all. */
  end(): TrialResult['programs'] {
    const runs = this.#read()
    return this.#arms.flatMap(({ name, programs }) =>
      [...Map.groupBy(programs, ({ programId }) => programId)].flatMap(([id, members]) => {
        const found = runs?.get(id)
        return found === undefined ? [] : [{ arm: name, member: members.map(({ member }) => member).join(', '), runs: found.runs, ns: found.runTimeNs }]
      }),
    )
  }

  #read() {
    return this.#statistics?.read(this.#arms.flatMap(({ programs }) => programs.map(({ programId }) => programId)))
  }

  [Symbol.dispose](): void {
    this.#statistics?.[Symbol.dispose]()
  }
}
