import type { MessagePort } from 'node:worker_threads'
import type { LinkChange } from '../../link-model/index.ts'
import type { ForwarderStatistics } from '../forwarder/forwarder.ts'
import type { Place } from '../forwarder/recorder.ts'
import type { EmulatorPlan } from '../plan.ts'

/** What the parent may ask of the emulator's process. */
export interface Calls extends ThreadCalls {
  /** `namespace` is a path such as `/proc/PID/ns/net`; that of the parent when left out. `parent` is its pid. */
  start: { argument: { plan: EmulatorPlan; namespace: string | undefined; parent: number }; answer: Started }
}

/** What the process has its forwarding thread do. */
export interface ThreadCalls {
  set: { argument: SetSpec; answer: undefined }
  statistics: { argument: undefined; answer: ForwarderStatistics }
  stop: { argument: undefined; answer: undefined }
}

export interface Started {
  /** The path by which its telemetry is opened while it runs, if there is any. */
  telemetry: string | undefined
  precedence: Precedence
}

/** How the thread comes by a processor: before all others (SCHED_FIFO), before most (nice -20), or in its turn. */
export type Precedence = 'fifo' | 'nice' | 'none'

export interface SetSpec extends Place {
  change: LinkChange
}

/** What the thread is started with. */
export interface ThreadData {
  plan: EmulatorPlan
  /** Where its calls come from. */
  calls: MessagePort
  /** One word: not 0 when there are calls. */
  called: Int32Array
  /** The eventfd that ends its waiting. */
  wakeup: number
}
