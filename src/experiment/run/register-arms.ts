import { type Journal, registrationEntry } from '../../journal/index.ts'
import { load, type Target } from '../../loader/index.ts'
import { listStructOps, register } from '../../structops/index.ts'
import type { PreparedArm } from './prepare-arms.ts'

/** An arm that connections can ask for. */
export interface ArmInUse {
  name: string
  cc: string
  /** As its host has it when left out. */
  ecn?: boolean | undefined
  /** The BPF programs of its members; none for an algorithm that is the kernel's own. */
  programs: { member: string; programId: number }[]
}

/**
 * Has the kernel verify the algorithm of each arm, and lets go of it again.
 *
 * @throws VerifierError, and what `load` throws
 */
export function verifyArms(prepared: readonly PreparedArm[], target: Target): void {
  for (const { own } of prepared) if (own !== undefined) load(own.prepared, target)[Symbol.dispose]()
}

/** Has the algorithms of the arms registered as long as it lives. */
export class RegisteredArms implements Disposable {
  readonly arms: readonly ArmInUse[]
  readonly #owned: DisposableStack

  /**
   * Loads and registers what is not there yet. Of what fails nothing stays.
   *
   * @throws VerifierError, and what `load` and `register` throw
   */
  constructor(prepared: readonly PreparedArm[], target: Target, journal: Journal) {
    using made = new DisposableStack()
    for (const { own } of prepared) {
      if (own === undefined) continue
      const object = made.use(load(own.prepared, target))
      made.use(journal.note(registrationEntry(object, own.map)))
      made.use(register(object, own.map))
    }
    const entries = listStructOps(target).filter(({ registered }) => registered)
    this.arms = prepared.map(({ arm, cc }) => ({
      name: arm.name,
      cc,
      ecn: arm.ecn,
      programs: (entries.find(({ name }) => name === cc)?.members ?? []).map(({ member, programId }) => ({ member, programId })),
    }))
    this.#owned = made.move()
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}
