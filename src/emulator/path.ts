import { UsageError } from '../errors/index.ts'
import { createNamespace } from '../kernel/index.ts'
import type { LinkChange } from '../link-model/index.ts'
import type { PathLink, ResolvedPath } from '../spec/index.ts'
import { causeOf, type Host } from '../testbed/index.ts'
import type { ForwarderStatistics } from './forwarder/forwarder.ts'
import { type Forwarding, type Middle, type MiddleOptions, planMiddle } from './middle.ts'
import type { Direction } from './plan.ts'
import type { PathStatistics } from './statistics.ts'
import type { TelemetryReader } from './telemetry/file.ts'
import { buildTopology, type BuildOptions, type Hosts, hostsOf } from './topology/build.ts'
import type { HostPlan, Role } from './topology/plan.ts'
import type { OffloadsKept } from './topology/wire-up.ts'

export type PathOptions = Pick<BuildOptions, 'sysctls' | 'terminal' | 'tell'> & Omit<MiddleOptions, 'with'>

/** A host of a path, and where it is. */
export type PathHost = HostPlan & { host: Host }

/** Hosts and a path between them, for real packets. With this process it ends, however that comes. */
export class Path<Statistics extends PathStatistics = ForwarderStatistics> implements AsyncDisposable {
  /** What forwards. */
  readonly with: Forwarding
  /** All hosts, from left to right. */
  readonly hosts: readonly PathHost[]
  /** Offloads that interfaces keep on, though their packets should be those of a wire. */
  readonly offloadsKept: readonly OffloadsKept[]
  /** Bytes of the largest IP packet. */
  readonly mtu: number
  /** Resolves with the reason when what forwards, or a host, has ended. It is no path from then on. */
  readonly failed: Promise<Error>
  /** What happened to packets, if that is noted. */
  readonly telemetry: TelemetryReader | undefined
  readonly #hosts: Hosts
  readonly #middle: Middle<Statistics>
  readonly #close: () => Promise<void>
  #links: readonly PathLink[]

  constructor(
    { links, mtu }: Pick<ResolvedPath, 'links' | 'mtu'>,
    made: { with: Forwarding; hosts: Hosts; middle: Middle<Statistics>; close: () => Promise<void> },
  ) {
    this.with = made.with
    this.#links = links
    this.mtu = mtu
    this.#hosts = made.hosts
    this.#middle = made.middle
    this.#close = made.close
    this.hosts = made.hosts.all
    this.offloadsKept = [...made.hosts.offloadsKept, ...made.middle.offloadsKept]
    this.failed = Promise.race([...(made.middle.failed === undefined ? [] : [made.middle.failed]), ...made.hosts.all.map(({ host }) => host.ended)])
    this.telemetry = made.middle.telemetry
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
   * @throws UsageError for a link that there is not, for more packets on their way than the path was made for,
   * or for what netem cannot do
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
    await this.#middle.set({ link, direction }, change, changed)
    this.#links = changed
  }

  async statistics(): Promise<Statistics> {
    return await this.#middle.statistics()
  }

  /** Takes everything away: the hosts with what runs on them, the wires, and what forwards. */
  async close(): Promise<void> {
    await this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Throws the UsageError with which `openPath` would refuse a path that the emulator cannot make. Nothing is made. */
export const checkPath = (path: ResolvedPath): void => void planMiddle(path, {})

/**
 * Makes a path: hosts in network namespaces, wires between them, and what forwards in the middle.
 *
 * @throws UsageError, before anything is made, for what cannot be; PermissionError without CAP_SYS_ADMIN (to make
 * namespaces), CAP_NET_ADMIN (interfaces), and for the emulator CAP_NET_RAW and CAP_BPF; UnsupportedKernelError for a
 * kernel without the qdiscs that it should forward with
 */
export async function openPath(path: ResolvedPath, options?: PathOptions & { with?: 'emulator' }): Promise<Path>
export async function openPath(path: ResolvedPath, options: PathOptions & { with?: Forwarding }): Promise<Path<PathStatistics>>
export async function openPath(path: ResolvedPath, options: PathOptions & { with?: Forwarding } = {}): Promise<Path<PathStatistics>> {
  const plan = planMiddle(path, options)
  await using undo = new AsyncDisposableStack()
  const namespace = undo.use(createNamespace())
  const { sysctls = {}, terminal = false, tell } = options
  const hosts = undo.use(await buildTopology(plan.topology, namespace, { mtu: path.mtu, sysctls, terminal, ...(tell === undefined ? {} : { tell }) }))
  tell?.('starting to forward')
  const middle = undo.use(
    await plan.start(namespace, tell).catch(async (error: unknown) => {
      throw await causeOf(error, hosts.all.map(({ host }) => host))
    }),
  )
  const made = undo.move()
  let closing: Promise<void> | undefined
  // Whoever closes it second waits for the same end; a stack that is being disposed of would answer at once.
  const close = (): Promise<void> => (closing ??= made.disposeAsync())
  return new Path(path, { with: options.with ?? 'emulator', hosts, middle, close })
}
