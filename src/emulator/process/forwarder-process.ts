/** The program of an emulator: goes into the network namespace of its ports and has a thread forward between them. */
import { errorFacts, serveCalls, tell } from '../../child/index.ts'
import { UsageError } from '../../errors/index.ts'
import { dieWithParent, enterNamespace, openNamespace } from '../../kernel/index.ts'
import { LoopThread } from './loop-thread.ts'
import type { Calls } from './protocol.ts'

let thread: LoopThread | undefined

serveCalls<Calls>({
  async start({ plan, namespace, parent }) {
    // Closing the channel ends this process when it listens; the kernel sees to it when it does not.
    dieWithParent(parent)
    if (namespace !== undefined) {
      using entered = openNamespace(namespace)
      enterNamespace(entered)
    }
    // A thread is in the namespace that its creator is in.
    thread = new LoopThread(plan)
    const started = await thread.started
    void watch(thread)
    return started
  },
  set: (argument) => running().call('set', argument),
  statistics: () => running().call('statistics', undefined),
  async stop() {
    await running().call('stop', undefined)
    await running().ended
    return undefined
  },
})

function running(): LoopThread {
  if (thread === undefined) throw new UsageError('the emulator has not started')
  return thread
}

async function watch({ ended }: LoopThread): Promise<void> {
  try {
    await ended
  } catch (error) {
    tell({ failed: errorFacts(error) })
  }
}
