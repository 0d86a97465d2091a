import { createNamespace, type Fd, Interfaces } from '../../../kernel/index.ts'
import type { ProbeEnd } from './protocol.ts'

const ends = [
  { name: 'left', index: 2, hardwareAddress: '02:cc:00:00:00:01', address: '198.18.0.1' },
  { name: 'right', index: 3, hardwareAddress: '02:cc:00:00:00:02', address: '198.18.0.2' },
] as const
const [left, right] = ends

/** Two network namespaces and a wire between them with nothing in it: what is measured there is the measurement's own. */
export interface BareWire extends Disposable {
  from: ProbeEnd
  to: ProbeEnd
}

export function bareWire(mtu: number): BareWire {
  using undo = new DisposableStack()
  const [here, there] = [undo.use(createNamespace()), undo.use(createNamespace())]
  using interfaces = new Interfaces(here)
  interfaces.createVeth(left, { ...right, namespace: there }, mtu)
  for (const [namespace, own, other] of [
    [here, left, right],
    [there, right, left],
  ] as const) {
    using inside = new Interfaces(namespace)
    inside.addAddress(own.name, { address: own.address, prefix: 24 })
    inside.bringUp(own.name)
    inside.addNeighbour(own.name, other)
  }
  const made = undo.move()
  return { from: endOf(here, left.address), to: endOf(there, right.address), [Symbol.dispose]: () => made.dispose() }
}

const endOf = ({ number }: Fd, address: string): ProbeEnd => ({ namespace: `/proc/${process.pid}/fd/${number}`, address })
