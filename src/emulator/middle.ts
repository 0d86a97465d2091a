import { UsageError } from '../errors/index.ts'
import type { Fd } from '../kernel/index.ts'
import type { LinkChange } from '../link-model/index.ts'
import type { PathLink, ResolvedPath } from '../spec/index.ts'
import { checkNetem, Netem } from './netem/netem.ts'
import type { Direction } from './plan.ts'
import { checkRoom, planPath } from './plan-path.ts'
import { EmulatorProcess } from './process/emulator-process.ts'
import type { PathStatistics } from './statistics.ts'
import type { TelemetryOptions, TelemetryReader } from './telemetry/file.ts'
import { planTopology, type TopologyPlan } from './topology/plan.ts'
import type { OffloadsKept } from './topology/wire-up.ts'

/** What forwards between the segments of a path: a process of ours, or the kernel's netem and other qdiscs. */
export type Forwarding = 'emulator' | 'netem'

/** What forwards, while it does. */
export interface Middle<Statistics extends PathStatistics = PathStatistics> extends AsyncDisposable {
  /** Resolves with the reason when it ends by itself; left out where it cannot. */
  failed?: Promise<Error>
  telemetry?: TelemetryReader | undefined
  offloadsKept: readonly OffloadsKept[]
  /** Changes one direction of a link; `links` are all of them with the change. */
  set(place: { link: number; direction: Direction }, change: LinkChange, links: readonly PathLink[]): Promise<void>
  statistics(): Promise<Statistics>
}

export interface MiddleOptions {
  with?: Forwarding
  /** How many packets can be on their way at once; by default twice what the path needs, so that it can be changed. */
  frames?: number
  /** Has it noted what happens to every packet. */
  telemetry?: TelemetryOptions
}

export interface MiddlePlan {
  topology: TopologyPlan
  /** Begins to forward between the ports of the segments, which are there. */
  start(namespace: Fd, tell?: (step: string) => void): Promise<Middle>
}

/** Who is to forward for a path, and how. Throws, before anything is made, for what cannot be. */
export const planMiddle = (path: ResolvedPath, options: MiddleOptions): MiddlePlan =>
  options.with === 'netem' ? planWithNetem(path, options) : planWithEmulator(path, options)

function planWithEmulator(path: ResolvedPath, options: MiddleOptions): MiddlePlan {
  const { topology, plan } = planPath(path, options)
  return {
    topology,
    async start(namespace) {
      const emulator = await EmulatorProcess.start(plan, { namespace })
      return {
        failed: emulator.failed,
        telemetry: emulator.telemetry,
        offloadsKept: [],
        async set(place, change, links) {
          checkRoom(links, plan.frames, path.mtu)
          await emulator.set(place, change)
        },
        statistics: () => emulator.statistics(),
        [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
      }
    },
  }
}

function planWithNetem({ segments, links, mtu, seed }: ResolvedPath, { frames, telemetry }: MiddleOptions): MiddlePlan {
  if (telemetry !== undefined) throw new UsageError('telemetry: netem tells nothing of single packets', { hint: 'the emulator does: --with emulator' })
  if (frames !== undefined) throw new UsageError('frames: netem has as much room for packets as the kernel', { hint: 'leave it out' })
  const topology = planTopology(segments)
  checkNetem({ links, mtu })
  return {
    topology,
    async start(namespace, tell) {
      const netem = new Netem({ topology, links, mtu, seed }, namespace, tell)
      return {
        offloadsKept: netem.offloadsKept,
        async set(_place, _change, changed) {
          netem.set(changed)
        },
        async statistics() {
          return netem.statistics()
        },
        async [Symbol.asyncDispose]() {
          netem[Symbol.dispose]()
        },
      }
    },
  }
}
