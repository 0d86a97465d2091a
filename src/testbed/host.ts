import { readFileSync } from 'node:fs'
import { type AddressFamily, openNamespace, type TcpAddress } from '../kernel/index.ts'
import { UsageError } from '../errors/index.ts'
import { listTcpSockets, type TcpSocket, type TcpSocketFilter } from '../sockets/index.ts'
import { droppedSending } from './device-counters.ts'
import { HostChannel } from './host-channel.ts'
import { Program, type ProgramOptions } from './program.ts'
import { Service } from './service.ts'
import { startTransfer } from './start-transfer.ts'
import type { Transfer, TransferOptions } from './transfer.ts'

/** Where a host is reached on a link. */
export interface HostAddresses {
  /** The other host of the link. */
  peer: string
  /** The name of the interface in this host. */
  interface: string
  ipv4: string
  ipv6: string
}

export interface ServeOptions {
  /** The congestion control of the connections it accepts; the namespace's default when left out. */
  congestion?: string
  family?: AddressFamily
  /** A free one when left out. */
  port?: number
  /** The host on the link to listen on; the first link when left out. */
  towards?: string
}

export interface HostOptions {
  /** Whether programs that run on it can have the stdin, stdout and stderr of this process. */
  terminal?: boolean
}

/**
 * A host of a testbed: a process in a network namespace of its own. The namespace has no name and lasts as long as
 * the process; the process ends when this object is closed, and when the process that made it ends, however it ends.
 */
export class Host implements AsyncDisposable {
  readonly name: string
  readonly pid: number
  /** The inode of its network namespace, as in `/proc/PID/ns/net`. */
  readonly namespace: number
  readonly addresses: readonly HostAddresses[]
  /** Resolves with the reason when its process ends. */
  readonly ended: Promise<Error>
  readonly #channel: HostChannel
  readonly #addresses: HostAddresses[]

  private constructor(name: string, channel: HostChannel, namespace: number) {
    this.name = name
    this.pid = channel.pid
    this.namespace = namespace
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.ended = promise
    channel.listen(() => undefined, resolve)
    this.#channel = channel
    this.#addresses = []
    this.addresses = this.#addresses
  }

  /** Starts a host. Throws a `PermissionError` without CAP_SYS_ADMIN. */
  static async start(name: string, options: HostOptions = {}): Promise<Host> {
    if (!/^[a-z][a-z0-9-]{0,11}$/.test(name)) {
      throw new UsageError(
        `"${name}" is no host name: up to 12 letters, digits and dashes, for the interfaces carry it`,
      )
    }
    const channel = new HostChannel(name, options)
    try {
      const { inode } = await channel.call('start', { parent: process.pid }, 30_000)
      return new Host(name, channel, inode)
    } catch (error) {
      await channel.close()
      throw error
    }
  }

  /** Sets a sysctl of the host's namespace, `net.ipv4.tcp_ecn`. */
  async setSysctl(name: string, value: string): Promise<void> {
    await this.#channel.call('setSysctl', { name, value })
  }

  /** Has the programs that run on it from now on know names of addresses, beside those of this machine. */
  async nameHosts(names: readonly { address: string; name: string }[]): Promise<void> {
    await this.#channel.call('nameHosts', { lines: names.map(({ address, name }) => `${address}\t${name}\n`).join('') })
  }

  /** Runs a program in its network namespace. Resolves when it has started. Throws a `SyscallError` when it cannot. */
  async run(file: string, args: readonly string[] = [], options: ProgramOptions = {}): Promise<Program> {
    const { environment = process.env, stdio = 'capture', kept = 4000 } = options
    programs += 1
    const program = programs
    const { pid } = await this.#channel.call('run', { program, file, args, environment, stdio, kept })
    return new Program(this.#channel, program, pid)
  }

  /** Starts a TCP service that reads and counts whatever comes. */
  async serve({ congestion, family = 'ipv4', port = 0, towards }: ServeOptions = {}): Promise<Service> {
    const address = this.#address(family, port, towards)
    const facts = await this.#channel.call('serve', { congestion, address })
    return new Service(this.#channel, facts.service, facts.address, congestion)
  }

  /** Sends to a service of another host. Resolves when all flows are connected and have begun. */
  async send(options: TransferOptions): Promise<Transfer> {
    return await startTransfer(this.#channel, options)
  }

  /** The TCP sockets of its network namespace, as this process asks the kernel for them. */
  sockets(filter: TcpSocketFilter = {}): TcpSocket[] {
    using namespace = openNamespace(`/proc/${this.pid}/ns/net`)
    return listTcpSockets(filter, namespace)
  }

  /** How many packets its interfaces have dropped instead of sending them. */
  droppedSending(): number {
    return droppedSending(readFileSync(`/proc/${this.pid}/net/dev`, 'utf8'))
  }

  /** Makes the interface towards `peer` and the one of `peer` towards this host; both still without addresses. */
  async join(peer: Pick<Host, 'name' | 'pid'>, { mtu, network }: { mtu: number; network: number }): Promise<void> {
    await this.#channel.call('createVeth', {
      here: { name: interfaceTowards(peer.name), index: 2 * network },
      peer: { name: interfaceTowards(this.name), index: 2 * network + 1, pid: peer.pid },
      mtu,
    })
  }

  /** Gives the interface towards a peer its addresses and brings it up. */
  async configure(peer: string, { ipv4, ipv6 }: { ipv4: string; ipv6: string }): Promise<void> {
    const addresses = [
      { address: ipv4, prefix: 24 },
      { address: ipv6, prefix: 64 },
    ]
    await this.#channel.call('configure', { name: interfaceTowards(peer), addresses })
    this.reachedAt({ peer, interface: interfaceTowards(peer), ipv4, ipv6 })
  }

  /** Notes addresses that somebody else has given to an interface of its. */
  reachedAt(addresses: HostAddresses): void {
    this.#addresses.push(addresses)
  }

  /** Waits until the interface towards a peer carries traffic. */
  async ready(peer: string): Promise<void> {
    const name = this.#addresses.find((link) => link.peer === peer)?.interface ?? interfaceTowards(peer)
    await this.#channel.call('ready', { name, timeoutMs: 5000 })
  }

  #address(family: AddressFamily, port: number, towards: string | undefined): TcpAddress {
    const found = this.#addresses.find(({ peer }) => towards === undefined || peer === towards)
    if (found === undefined) {
      throw new UsageError(`host ${this.name} has no link${towards === undefined ? '' : ` to ${towards}`}`)
    }
    return { family, address: found[family], port }
  }

  async close(): Promise<void> {
    await this.#channel.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

let programs = 0

const interfaceTowards = (peer: string): string => `to-${peer}`
