import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../errors/index.ts'
import { attach, type BpfMap, type BpfObject, load, openObject, setVariable, type Target } from '../../loader/index.ts'
import { openRingBufferSource, type Source } from '../../streams/index.ts'
import { portRange, type Ports } from '../ports.ts'
import { type AckBatch, AckCollector, ackLayout } from './ack-batch.ts'

export interface AckTraceOptions {
  /** The inode of a network namespace; all namespaces of the machine when left out. */
  namespace?: number
  /** The port of either end, or the first and the last of several. */
  port?: Ports
  /** Only these sockets, and those of `follow`: 65,536 at the most. */
  cookies?: Iterable<bigint>
  /** Of each connection one event of so many. */
  every?: number
  /** Of each connection no two events within so many milliseconds. */
  intervalMs?: number
  /** The room for events that have not been read yet: a power of two of bytes, in whole pages; 4 MiB when left out. */
  bufferBytes?: number
}

const bpfObject = 'ccdk/sockets/acks.bpf.o'
/** What a ring buffer can be at the most: its size is a u32. */
const mostBytes = 2 ** 31
/** With the header that a ring buffer gives each event. */
const eventSize = 8 + ackLayout.size

/**
 * Traces the state of TCP connections whenever a segment arrives for them, which is at every ACK. The events wait in the
 * kernel until `read` takes them; those that find no room are lost, and counted. It takes Linux 5.12, CAP_BPF and
 * CAP_PERFMON, and ends with this object or with the process.
 */
export class AckTrace implements Disposable {
  readonly #owned: DisposableStack
  readonly #source: Source<void>
  readonly #chosen: BpfMap<bigint, number> | undefined
  readonly #collector = new AckCollector()
  readonly #capacity: number
  #told = 0

  constructor(target: Target, options: AckTraceOptions = {}) {
    const { bufferBytes = 1 << 22, cookies } = options
    if (!Number.isInteger(Math.log2(bufferBytes)) || bufferBytes < target.pageSize || bufferBytes > mostBytes) {
      throw new UsageError(`bufferBytes: a power of two from ${target.pageSize} to ${mostBytes}, not ${bufferBytes}`)
    }
    const file = fileURLToPath(import.meta.resolve(bpfObject))
    const object = openObject(readFileSync(file), file)
    configure(object, options)
    for (const map of object.maps) if (map.name === 'events') map.maxEntries = bufferBytes
    this.#capacity = Math.ceil(bufferBytes / eventSize)
    using undo = new DisposableStack()
    const loaded = undo.use(load(object, target))
    this.#source = undo.use(openRingBufferSource(loaded, 'events', { decoder: this.#collector, lost: 'dropped' }))
    if (cookies !== undefined) {
      this.#chosen = loaded.map<bigint, number>('chosen')
      this.follow(cookies)
    }
    undo.use(attach(loaded, 'on_ack'))
    this.#owned = undo.move()
  }

  /** Traces these sockets too. Only for a trace that was made with `cookies`, be it an empty list. */
  follow(cookies: Iterable<bigint>): void {
    for (const cookie of cookies) this.#choice().set(cookie, 1)
  }

  /** Traces these sockets no longer. */
  unfollow(cookies: Iterable<bigint>): void {
    for (const cookie of cookies) this.#choice().delete(cookie)
  }

  #choice(): BpfMap<bigint, number> {
    if (this.#chosen === undefined) throw new UsageError('this trace follows all sockets', { hint: 'give it cookies when it is made, be it an empty list' })
    return this.#chosen
  }

  /** The events that are there now, each once: at most as many as there is room for. */
  read(): AckBatch {
    if (this.#owned.disposed) throw new UsageError('the trace of ACKs: used after it was closed')
    this.#source.drain(this.#capacity, () => true)
    const lost = this.#source.lost()
    const batch = this.#collector.take(lost - this.#told)
    this.#told = lost
    return batch
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

function configure(object: BpfObject, { namespace = 0, port = [0, 0xffff], cookies, every = 1, intervalMs = 0 }: AckTraceOptions): void {
  const [first, last] = portRange(port)
  if (!Number.isInteger(every) || every < 1 || every > 0xffff_ffff) throw new UsageError(`every: 1 or more, not ${every}`)
  if (!(intervalMs >= 0 && intervalMs <= 3_600_000)) throw new UsageError(`intervalMs: 0 to 3600000, not ${intervalMs}`)
  setVariable(object, 'only_namespace', namespace)
  setVariable(object, 'first_port', first)
  setVariable(object, 'last_port', last)
  setVariable(object, 'by_cookie', cookies !== undefined)
  setVariable(object, 'every', every)
  setVariable(object, 'interval', BigInt(Math.round(intervalMs * 1e6)))
}
