import { once } from 'node:events'
import { Socket } from 'node:net'
import { openTcpSocket, socketCongestion, socketTcpInfo } from '../kernel/index.ts'
import type { FlowFacts, FlowSnapshot, SendSpec } from './protocol.ts'
import { TestbedError } from '../errors/index.ts'

const chunk = new Uint8Array(256 * 1024)

/** How long a connection that was closed in good order may take to end. */
const closeMs = 2000

/** One TCP connection that sends, inside a host process. */
export class Flow {
  readonly number: number
  /** Bytes given to the socket. */
  written = 0
  readonly #spec: SendSpec
  readonly #socket: Socket
  /** The descriptor that the socket owns, to ask the kernel about it; valid until the socket closes. */
  readonly #fd: number
  #facts: FlowFacts | undefined

  constructor(number: number, spec: SendSpec) {
    this.number = number
    this.#spec = spec
    using fd = openTcpSocket(spec.to.family, spec.congestion)
    this.#fd = fd.number
    this.#socket = new Socket({ fd: fd.release(), readable: true, writable: true })
    // Whoever waits for something learns of the error there, and 'close' follows.
    this.#socket.on('error', () => undefined)
  }

  async connect(): Promise<FlowFacts> {
    const { to, connectTimeoutMs } = this.#spec
    this.#socket.connect(to.port, to.address)
    try {
      await once(this.#socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) })
    } catch (cause) {
      this.#socket.destroy()
      throw new TestbedError(`flow ${this.number}: no connection to ${to.address} port ${to.port}: ${String(cause)}`, {
        cause,
      })
    }
    const { localAddress = '', localPort = 0 } = this.#socket
    this.#facts = {
      flow: this.number,
      family: to.family,
      local: { address: localAddress, port: localPort },
      congestion: socketCongestion(this.#fd),
      startedAt: process.hrtime.bigint(),
    }
    this.#socket.resume()
    return this.#facts
  }

  /** Sends until the limit is reached, and resolves when the socket has taken the last byte. */
  async send(): Promise<void> {
    const { limit } = this.#spec
    const deadline = 'seconds' in limit ? performance.now() + limit.seconds * 1000 : Infinity
    const total = 'bytesPerFlow' in limit ? limit.bytesPerFlow : Infinity
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const pump = (): void => {
      if (this.#socket.destroyed) return
      while (this.written < total && performance.now() < deadline) {
        const part = total - this.written < chunk.length ? chunk.subarray(0, total - this.written) : chunk
        this.written += part.length
        if (!this.#socket.write(part)) return
      }
      resolve()
    }
    // A turn of the event loop for each chunk: while the kernel takes data as fast as it comes, one flow would
    // otherwise keep the process from the other flows and from sampling.
    const nextTurn = (): void => void setImmediate(pump)
    const fail = (): void => {
      const why = this.#socket.errored?.message ?? 'the other end closed it'
      reject(new TestbedError(`flow ${this.number}: the connection broke after ${this.written} bytes: ${why}`))
    }
    this.#socket.on('drain', nextTurn).once('close', fail)
    if (this.#socket.closed) fail()
    pump()
    try {
      await promise
    } finally {
      this.#socket.off('drain', nextTurn).off('close', fail)
    }
  }

  /** What the kernel says about the connection now; undefined when it is closed. */
  snapshot(): FlowSnapshot | undefined {
    if (this.#socket.destroyed) return undefined
    return { flow: this.number, congestion: socketCongestion(this.#fd), info: socketTcpInfo(this.#fd) }
  }

  /** Closes in good order when everything was sent, and at once otherwise: then the other end sees a reset. */
  async close({ finished }: { finished: boolean }): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close', { signal: AbortSignal.timeout(closeMs) })
    if (finished) this.#socket.end()
    else this.#socket.destroy()
    try {
      await closed
    } catch {
      this.#socket.destroy()
    }
  }
}
