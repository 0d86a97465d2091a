import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { unshareNetwork } from '../../../src/kernel/index.ts'
import { needs } from '../../support/needs.ts'

export interface OwnNetwork {
  /** The index of an interface that packets leave by. */
  here: number
  /** The other end of its wire, where they come in. */
  there: number
  /** Sends datagrams from `here` to `there`. */
  send: (count: number) => Promise<void>
}

const ip = (command: string): string => execFileSync('ip', command.split(' '), { encoding: 'utf8' })

/**
 * Takes the process into a network namespace of its own, with loopback and a wire with two ends. Nobody is at the other
 * end: packets come in there and are dropped. A test file that calls this names `needs.root` and `needs.iproute2`; where
 * these are not met its tests are skipped, and nothing is done.
 */
export function enterOwnNetwork(): OwnNetwork {
  if ((needs.root.missing() ?? needs.iproute2.missing()) !== undefined) return { here: 0, there: 0, send: () => Promise.resolve() }
  const namespace = unshareNetwork()
  // No router solicitations and their like: packets are only those of the test.
  if (existsSync('/proc/sys/net/ipv6/conf')) namespace.setSysctl('net.ipv6.conf.default.disable_ipv6', '1')
  ip('link set lo up')
  ip('link add here type veth peer name there')
  ip('addr add 10.9.0.1/24 dev here')
  ip('link set here arp off up')
  ip('link set there arp off up')
  const indexOf = (name: string): number => Number(/^(\d+):/.exec(ip(`-o link show ${name}`))?.[1])
  return {
    here: indexOf('here'),
    there: indexOf('there'),
    send: async (count) => {
      const socket = createSocket('udp4')
      for (let sent = 0; sent < count; sent += 1) {
        socket.send('x', 9, '10.9.0.2')
        // oxlint-disable-next-line promise/avoid-new
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket.close()
      await once(socket, 'close')
    },
  }
}
