import type { TcpAddress } from '../kernel/index.ts'
import type { HostChannel } from './host-channel.ts'
import type { ConnectionFacts, Expected } from './protocol.ts'

/** A TCP service on a host that reads and counts. */
export class Service implements AsyncDisposable {
  readonly address: TcpAddress
  readonly congestion: string | undefined
  readonly #channel: HostChannel
  readonly #id: number

  constructor(channel: HostChannel, id: number, address: TcpAddress, congestion: string | undefined) {
    this.#channel = channel
    this.#id = id
    this.address = address
    this.congestion = congestion
  }

  /** Every connection it has accepted, those that have ended too. */
  async connections(): Promise<ConnectionFacts[]> {
    return await this.#channel.call('connections', { service: this.#id })
  }

  /** Waits for bytes to come and answers what came, which is less when a connection ended or the time was over. */
  async received(expected: Expected[], timeoutMs: number): Promise<ConnectionFacts[]> {
    return await this.#channel.call('received', { service: this.#id, expected, timeoutMs }, timeoutMs + 5000)
  }

  /** Stops listening and resets the connections that are open. */
  async close(): Promise<void> {
    await this.#channel.tidy('stopService', { service: this.#id })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
