import { Interfaces, openNamespace, unshareNetwork } from '../../../src/kernel/index.ts'
import { needs } from '../../support/needs.ts'

/**
 * Takes the process into a network namespace of its own, with pairs of interfaces that are joined by a wire and up:
 * `a0` and `b0`, `a1` and `b1`. Where root is missing nothing is done: the tests are skipped.
 */
export function enterWires({ wires = 1, queues = 1, mtu = 1500 }: { wires?: number; queues?: number; mtu?: number } = {}): void {
  if (needs.root.missing() !== undefined) return
  const namespace = unshareNetwork()
  // No router solicitations and their like: packets are only those of the test.
  namespace.setSysctl('net.ipv6.conf.default.disable_ipv6', '1')
  using here = openNamespace('/proc/thread-self/ns/net')
  using interfaces = new Interfaces()
  for (let wire = 0; wire < wires; wire += 1) {
    interfaces.createVeth({ name: `a${wire}`, index: 10 + 2 * wire, queues }, { name: `b${wire}`, index: 11 + 2 * wire, namespace: here, queues }, mtu)
    interfaces.bringUp(`a${wire}`)
    interfaces.bringUp(`b${wire}`)
  }
}
