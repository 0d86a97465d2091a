import type { Handle, Target } from '../loader/index.ts'

/** What a BPF program did between two looks. */
export interface ProgramRuns {
  seconds: number
  runs: number
  runTimeNs: number
  /** Undefined when it did not run. */
  nsPerRun: number | undefined
  runsPerSecond: number
  /** What it took of one core: 0.01 is a hundredth. */
  cores: number
}

interface Look {
  at: bigint
  runCount: bigint
  runTimeNs: bigint
}

/**
 * Has the kernel count how often BPF programs run and how long that takes, for as long as this object lives: of all
 * programs of the machine, which costs each run some 20 ns. It takes CAP_SYS_ADMIN.
 */
export class RunStatistics implements Disposable {
  readonly #target: Target
  readonly #counting: Handle
  readonly #looks = new Map<number, Look>()

  constructor(target: Target) {
    this.#target = target
    this.#counting = target.enableRunStatistics()
  }

  /**
   * What programs did since the last `read` that asked for them, by their ids, such as those of the members of an
   * algorithm. One that is asked for the first time has done nothing yet; one that is gone is left out. A program that
   * fills several members is counted once for all of them.
   */
  read(programIds: Iterable<number>): Map<number, ProgramRuns> {
    const found = new Map<number, ProgramRuns>()
    for (const id of new Set(programIds)) {
      const now = this.#look(id)
      if (now === undefined) this.#looks.delete(id)
      else found.set(id, this.#since(id, now))
    }
    return found
  }

  /** The same of figures that were read just now for another purpose. Programs that are not among them are forgotten. */
  compare(programs: Iterable<{ programId: number; runCount: bigint; runTimeNs: bigint }>): Map<number, ProgramRuns> {
    const at = process.hrtime.bigint()
    const found = new Map<number, ProgramRuns>()
    for (const { programId, runCount, runTimeNs } of programs) {
      if (!found.has(programId)) found.set(programId, this.#since(programId, { at, runCount, runTimeNs }))
    }
    for (const id of this.#looks.keys()) if (!found.has(id)) this.#looks.delete(id)
    return found
  }

  #since(id: number, now: Look): ProgramRuns {
    const before = this.#looks.get(id) ?? now
    this.#looks.set(id, now)
    return between(before, now)
  }

  #look(id: number): Look | undefined {
    using program = this.#target.objects.program(id)
    if (program === undefined) return undefined
    const { runCount, runTimeNs } = this.#target.objects.programInfo(program)
    return { at: process.hrtime.bigint(), runCount, runTimeNs }
  }

  [Symbol.dispose](): void {
    this.#counting[Symbol.dispose]()
  }
}

function between(before: Look, after: Look): ProgramRuns {
  const elapsedNs = Number(after.at - before.at)
  const runs = Number(after.runCount - before.runCount)
  const runTimeNs = Number(after.runTimeNs - before.runTimeNs)
  return {
    seconds: elapsedNs / 1e9,
    runs,
    runTimeNs,
    nsPerRun: runs > 0 ? runTimeNs / runs : undefined,
    runsPerSecond: elapsedNs > 0 ? runs / (elapsedNs / 1e9) : 0,
    cores: elapsedNs > 0 ? runTimeNs / elapsedNs : 0,
  }
}
