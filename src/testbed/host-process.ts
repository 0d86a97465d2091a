/** The program of one host: a process in a network namespace of its own, told what to do over IPC. */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveCalls } from '../child/index.ts'
import {
  dieWithParent,
  interfaceReady,
  Interfaces,
  openNamespace,
  type OwnNamespace,
  replacePrivately,
  unshareNetwork,
} from '../kernel/index.ts'
import type { Calls } from './protocol.ts'
import { Programs } from './programs.ts'
import { Sender } from './sender.ts'
import { Sink } from './sink.ts'
import { TestbedError } from '../errors/index.ts'

let own: OwnNamespace | undefined
const sinks = new Map<number, Sink>()
let services = 0
const senders = new Map<number, Sender>()
const programs = new Programs()

serveCalls<Calls>({
  start({ parent }) {
    // Closing the channel ends this process when it listens; the kernel sees to it when it does not.
    dieWithParent(parent)
    own = unshareNetwork()
    calmIpv6(own)
    using interfaces = new Interfaces()
    interfaces.bringUp('lo')
    return { inode: own.inode }
  },

  setSysctl({ name, value }) {
    if (own === undefined) throw new TestbedError('the host has not started')
    own.setSysctl(name, value)
    return undefined
  },

  createVeth({ here, peer, mtu }) {
    using namespace = openNamespace(`/proc/${peer.pid}/ns/net`)
    using interfaces = new Interfaces()
    interfaces.createVeth(here, { ...peer, namespace }, mtu)
    return undefined
  },

  configure({ name, addresses }) {
    using interfaces = new Interfaces()
    for (const address of addresses) interfaces.addAddress(name, address)
    interfaces.bringUp(name)
    return undefined
  },

  async ready({ name, timeoutMs }) {
    const deadline = performance.now() + timeoutMs
    while (!interfaceReady(name)) {
      if (performance.now() > deadline) {
        throw new TestbedError(`interface ${name} is not ready after ${timeoutMs / 1000} s`)
      }
      await sleep(2)
    }
    return undefined
  },

  nameHosts({ lines }) {
    replacePrivately('/etc/hosts', (text) => `${text.trimEnd()}\n${lines}`)
    return undefined
  },

  run: (spec) => programs.run(spec),

  programEnded: ({ program }) => programs.ended(program),

  signalProgram({ program, signal }) {
    programs.signal(program, signal)
    return undefined
  },

  async serve(spec) {
    const sink = await Sink.listen(spec)
    services += 1
    const service = services
    sinks.set(service, sink)
    return { service, address: sink.address }
  },

  connections: ({ service }) => find(sinks, service, 'service').connections(),

  received: ({ service, expected, timeoutMs }) => find(sinks, service, 'service').received(expected, timeoutMs),

  async stopService({ service }) {
    await sinks.get(service)?.close()
    sinks.delete(service)
    return undefined
  },

  async send(spec) {
    const sender = new Sender(spec)
    senders.set(spec.transfer, sender)
    return await sender.start()
  },

  finishTransfer: ({ transfer }) => find(senders, transfer, 'transfer').finish(),

  async closeTransfer({ transfer }) {
    await senders.get(transfer)?.close()
    senders.delete(transfer)
    return undefined
  },
}, () => programs.end())

/** Without this a new interface is not ready for a second, while the kernel looks for duplicates of its addresses. */
function calmIpv6(namespace: OwnNamespace): void {
  if (!existsSync('/proc/sys/net/ipv6')) return
  for (const which of ['all', 'default']) {
    namespace.setSysctl(`net.ipv6.conf.${which}.accept_dad`, '0')
    namespace.setSysctl(`net.ipv6.conf.${which}.router_solicitations`, '0')
  }
}

function find<T>(all: Map<number, T>, id: number, what: string): T {
  const found = all.get(id)
  if (found === undefined) throw new TestbedError(`this host has no ${what} ${id}`)
  return found
}
