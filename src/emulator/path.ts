import { UsageError } from '../errors/index.ts'
import { createNamespace } from '../kernel/index.ts'
import type { LinkChange } from '../link-model/index.ts'
import type { PathLink, ResolvedPath } from '../spec/index.ts'
import type { Host } from '../testbed/index.ts'
import type { ForwarderStatistics } from './forwarder/forwarder.ts'
import type { Direction } from './plan.ts'
import { checkRoom, planPath } from './plan-path.ts'
import { EmulatorProcess } from './process/emulator-process.ts'
import type { TelemetryReader, TelemetryOptions } from './telemetry/file.ts'
import { buildTopology, type BuildOptions, type Hosts, hostsOf } from './topology/build.ts'
import type { HostPlan, Role } from './topology/plan.ts'
import type { OffloadsKept } from './topology/wire-up.ts'

export interface PathOptions extends Pick<BuildOptions, 'sysctls' | 'terminal' | 'tell'> {
  /** How many packets can be on their way at once; by default twice what the path needs, so that it can be changed. */
  frames?: number
  /** Has it noted what happens to every packet. */
  telemetry?: TelemetryOptions
}

/** A host of a path, and where it is. */
export type PathHost = HostPlan & { host: Host }

/** Hosts and a path between them, for real packets. With this process it ends, however that comes. */
export class Path implements AsyncDisposable {
  /** All hosts, from left to right. */
  readonly hosts: readonly PathHost[]
  /** Offloads that interfaces keep on, though their packets should be those of a wire. */
  readonly offloadsKept: readonly OffloadsKept[]
  readonly frames: number
  /** Bytes of the largest IP packet. */
  readonly mtu: number
  /** Resolves with the reason when what forwards, or a host, has ended. It is no path from then on. */
  readonly failed: Promise<Error>
  /** What happened to packets, if that is noted. */
  readonly telemetry: TelemetryReader | undefined
  readonly #hosts: Hosts
  readonly #emulator: EmulatorProcess
  readonly #close: () => Promise<void>
  #links: readonly PathLink[]

  constructor(
    { links, mtu }: ResolvedPath,
    frames: number,
    made: { hosts: Hosts; emulator: EmulatorProcess; close: () => Promise<void> },
  ) {
    this.#links = links
    this.mtu = mtu
    this.#hosts = made.hosts
    this.#emulator = made.emulator
    this.#close = made.close
    this.frames = frames
    this.hosts = made.hosts.all
    this.offloadsKept = made.hosts.offloadsKept
    this.failed = Promise.race([made.emulator.failed, ...made.hosts.all.map(({ host }) => host.ended)])
    this.telemetry = made.emulator.telemetry
  }

  /** Those at the left end. */
  get clients(): readonly Host[] {
    return this.of('clients')
  }

  /** Those at the right end. */
  get servers(): readonly Host[] {
    return this.of('servers')
  }

  of(role: Role): readonly Host[] {
    return hostsOf(this.#hosts, role)
  }

  /** The links as they are now. */
  get links(): readonly PathLink[] {
    return this.#links
  }

  /**
   * Another rate, delay and so on for one direction of a link, from when this resolves on.
   *
   * @throws UsageError for a link that there is not, or for more packets on their way than the path was made for
   */
  async set({ link, direction }: { link: number; direction: Direction }, change: LinkChange): Promise<void> {
    if (this.#links[link] === undefined) throw new UsageError(`link: 0 to ${this.#links.length - 1}, not ${link}`)
    const { limit, ...rest } = change
    const changed = this.#links.map((each, index) => {
      if (index !== link) return each
      const before = each[direction]
      const queue = limit === undefined ? before.queue : { ...before.queue, limit }
      return { ...each, [direction]: { ...before, ...rest, queue } }
    })
    checkRoom(changed, this.frames, this.mtu)
    await this.#emulator.set({ link, direction }, change)
    this.#links = changed
  }

  async statistics(): Promise<ForwarderStatistics> {
    return await this.#emulator.statistics()
  }

  /** Takes everything away: the hosts with what runs on them, the wires, and what forwards. */
  async close(): Promise<void> {
    await this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/**
 * Makes a path: hosts in network namespaces, wires between them, and what forwards in the middle.
 *
 * @throws UsageError, before anything is made, for what cannot be; PermissionError without CAP_SYS_ADMIN (to make
 * namespaces), CAP_NET_ADMIN (interfaces), CAP_NET_RAW and CAP_BPF (to forward)
 */
export async function openPath(path: ResolvedPath, options: PathOptions = {}): Promise<Path> {
  const { topology, plan } = planPath(path, options)
  await using undo = new AsyncDisposableStack()
  const middle = undo.use(createNamespace())
  const { sysctls = {}, terminal = false, tell } = options
  const hosts = undo.use(await buildTopology(topology, middle, { mtu: path.mtu, sysctls, terminal, ...(tell === undefined ? {} : { tell }) }))
  tell?.('starting to forward')
  const emulator = undo.use(await EmulatorProcess.start(plan, { namespace: middle }))
  const made = undo.move()
  let closing: Promise<void> | undefined
  // Whoever closes it second waits for the same end; a stack that is being disposed of would answer at once.
  const close = (): Promise<void> => (closing ??= made.disposeAsync())
  return new Path(path, plan.frames, { hosts, emulator, close })
}
