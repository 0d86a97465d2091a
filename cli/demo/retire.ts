import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadedObject, Target } from '../../src/loader/index.ts'
import { describeMap, type Registration } from '../../src/structops/index.ts'
import type { Output } from '../output/output.ts'

/** A moment in the end of an algorithm. */
export interface RetirementStep {
  when: string
  state: string
  refcnt: number
}

/** The kernel frees a map after a grace period; more than this and something still holds it, ms. */
const patience = 5000

/** Unregisters an algorithm while connections are open, closes those, and waits until the kernel has freed it. */
export async function retire(
  target: Target,
  registration: Registration,
  loaded: LoadedObject,
  closeConnections: () => Promise<void>,
  output: Output,
): Promise<RetirementStep[]> {
  const steps: RetirementStep[] = []
  const look = (when: string) => {
    const entry = describeMap(target, registration.mapId)
    const step = { when, state: entry?.state ?? 'gone', refcnt: entry?.refcnt ?? 0 }
    steps.push(step)
    const state = output.style(step.state === 'tobefree' ? 'yellow' : 'green', step.state)
    output.print(`${`${when}:`.padEnd(31)} ${state}${entry === undefined ? '' : `, refcnt ${step.refcnt}`}`)
  }
  look('registered, connections open')
  registration.unregister()
  look('unregistered, connections open')
  await closeConnections()
  loaded[Symbol.dispose]()
  const deadline = performance.now() + patience
  while (describeMap(target, registration.mapId) !== undefined && performance.now() < deadline) await sleep(20)
  look('connections closed')
  return steps
}
