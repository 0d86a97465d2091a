import { createHash } from 'node:crypto'
import { UsageError } from '../../errors/index.ts'
import type { Target } from '../../loader/index.ts'
import { listStructOps } from '../../structops/index.ts'
import { registeredName, type RunFacts } from '../store/experiment.ts'
import type { PreparedArm } from './prepare-arms.ts'

type Hashes = RunFacts['hashes']

/** Of each arm's algorithm that somebody has registered as BPF, SHA-256 of what its programs are to the kernel; none of its own ones. */
export function registeredHashes(prepared: readonly PreparedArm[], target: Target): Hashes {
  const entries = listStructOps(target).filter(({ registered }) => registered)
  return Object.fromEntries(
    prepared.flatMap(({ cc, own }) => {
      const members = own === undefined ? entries.find(({ name }) => name === cc)?.members : undefined
      if (members === undefined) return []
      const hash = createHash('sha256')
      for (const { member, programId } of members) hash.update(`${member} ${tagOf(programId, target)}\n`)
      return [[registeredName(cc), hash.digest('hex')]]
    }),
  )
}

/** Of its instructions, whatever maps they use. */
function tagOf(id: number, { objects }: Target): string {
  using program = objects.program(id)
  return program === undefined ? '' : objects.programInfo(program).tag
}

/**
 * An arm is one algorithm in all runs of an experiment.
 *
 * @throws UsageError where what is registered under a name is not what an earlier run has found there
 */
export function demandSameRegistered(arms: readonly PreparedArm[], hashes: Hashes, runs: readonly RunFacts[]): void {
  for (const { arm, cc } of arms) {
    const name = registeredName(cc)
    const before = runs.find((run) => run.hashes[name] !== undefined)?.hashes[name]
    if (before === undefined || before === hashes[name]) continue
    throw new UsageError(`arm ${arm.name}: the algorithm "${cc}" is not the one that was registered when the experiment began`, {
      hint: 'register that one again, or begin another experiment: ccdk ab SPEC',
    })
  }
}
