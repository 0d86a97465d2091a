import { acceptTcp, bindTcpSocket, type Fd, listenTcp, openTcpSocket, POLL } from '../../../kernel/index.ts'
import type { Connection, Listener } from '../connections.ts'
import type { Outcome } from '../outcome.ts'
import type { Preparation } from '../protocol.ts'
import { ProcessHost } from './host.ts'
import { Incoming } from './incoming.ts'
import { Loop } from './loop.ts'
import { Notes } from './notes.ts'
import { Outgoing } from './outgoing.ts'
import type { Around } from './work.ts'

const backlog = 4096
/** Sockets that are made before their time has come. */
const preparedAhead = 1024

/** All hosts of one end of a path, in one process: their sockets are in their namespaces. */
export class TrafficEnd implements Disposable {
  readonly #what: Preparation
  readonly #tellDone: () => void
  readonly #loop: Loop
  readonly #around: Around
  readonly #hosts: readonly ProcessHost[]
  readonly #outgoing: Outgoing[] = []
  readonly #incoming: Incoming[] = []
  readonly #owned = new DisposableStack()
  /** Connections of this end that have not ended. */
  #open = 0
  #isDone = false

  constructor(what: Preparation, tellDone: () => void) {
    this.#what = what
    this.#tellDone = tellDone
    using undo = new DisposableStack()
    undo.use(this)
    const loop = this.#owned.use(new Loop())
    this.#loop = loop
    this.#hosts = what.hosts[what.end].map((facts) => this.#owned.use(new ProcessHost(facts)))
    this.#around = { loop, limits: what.limits, notes: new Notes(what.plans), over: () => this.#over() }
    const accepting = this.#listen()
    for (const [number, connection] of what.connections.entries()) {
      if (connection.generator !== undefined) continue
      if (connection.to.end === what.end) {
        accepting[connection.listener]?.set(connection.port, number)
        this.#open += 1
      }
      if (connection.from.end === what.end) this.#plan(number, connection)
    }
    for (const each of this.#outgoing.slice(0, preparedAhead)) each.prepare()
    undo.move()
  }

  begin(at: bigint): void {
    this.#loop.begin(at)
    this.#loop.at(this.#open === 0 ? 0 : this.#what.until, () => this.#done())
  }

  finish(): Outcome {
    this.#done()
    return this.#around.notes.finish()
  }

  /** A map for each listener, of this end or not, from the other end's port to the number of the connection. */
  #listen(): Map<number, number>[] {
    return this.#what.listeners.map((listener) => {
      const expected = new Map<number, number>()
      if (listener.at.end === this.#what.end && listener.generator === undefined) {
        const fd = this.#owned.use(this.#openListener(listener))
        this.#loop.watch(fd.number, POLL.IN, () => this.#accept(fd, expected))
      }
      return expected
    })
  }

  #openListener({ at, family, cc, port }: Listener): Fd {
    const host = this.#hostAt(at.host)
    const fd = openTcpSocket(family, cc, host.namespace)
    try {
      bindTcpSocket(fd, { family, address: host[family], port })
      listenTcp(fd, backlog)
      return fd
    } catch (error) {
      fd[Symbol.dispose]()
      throw error
    }
  }

  #accept(listener: Fd, expected: ReadonlyMap<number, number>): void {
    for (let next = acceptTcp(listener); next !== undefined; next = acceptTcp(listener)) {
      const number = expected.get(next.port)
      const connection = number === undefined ? undefined : this.#what.connections[number]
      if (number === undefined || connection === undefined) next.fd[Symbol.dispose]()
      else this.#incoming.push(new Incoming(number, connection, next.fd, this.#around))
    }
  }

  #plan(number: number, connection: Connection): void {
    const to = this.#what.hosts[connection.to.end][connection.to.host]?.[connection.family] ?? ''
    const outgoing = new Outgoing(number, connection, this.#hostAt(connection.from.host), to, this.#around)
    const place = this.#outgoing.push(outgoing) - 1
    for (const [index, { at }] of connection.items.entries()) {
      this.#loop.at(at, () => {
        outgoing.next()
        if (index === 0) this.#prepareLater(place + preparedAhead)
      })
    }
    this.#open += 1
  }

  #prepareLater(place: number): void {
    try {
      this.#outgoing[place]?.prepare()
    } catch {
      // It is tried again when its time has come, and fails there, as a flow and not as traffic.
    }
  }

  #hostAt(index: number): ProcessHost {
    const host = this.#hosts[index]
    if (host === undefined) throw new RangeError(`the ${this.#what.end} have no host ${index}`)
    return host
  }

  #over(): void {
    this.#open -= 1
    if (this.#open === 0) this.#done()
  }

  /** Nothing more is begun, sent or read. */
  #done(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#around.notes.outcome.overNs = this.#loop.now()
    for (const each of this.#outgoing) each.cut()
    for (const each of this.#incoming) each.cut()
    this.#loop.stop()
    this.#tellDone()
  }

  /** What is open still is reset. */
  [Symbol.dispose](): void {
    for (const each of this.#outgoing) each.close({ orderly: false })
    for (const each of this.#incoming) each.close()
    this.#owned.dispose()
  }
}
