import { SyscallError } from '../../../errors/index.ts'
import { createNamespace } from '../namespace.ts'
import { Interfaces } from '../rtnetlink.ts'
import type { QdiscKind, QdiscOptions } from './options.ts'
import { Qdiscs } from './qdiscs.ts'

const index = 10
const samples: readonly QdiscOptions[] = [
  { kind: 'pfifo', limit: 1 },
  { kind: 'bfifo', limit: 1 },
  { kind: 'tbf', rate: 1e6, burst: 9000, limit: 1 },
  { kind: 'netem', limit: 1 },
  { kind: 'red', limit: 3000, min: 1000, max: 2000, probability: 0.1, weightLog: 1, halving: 0 },
  { kind: 'codel', limit: 1 },
  { kind: 'fq_codel', limit: 1 },
  { kind: 'pie', limit: 1 },
]

/**
 * Those of these queueing disciplines that the kernel does not have, tried at an interface in a namespace that is made for
 * it. One that is a module is loaded by this, as it is when it is used.
 *
 * @throws PermissionError without CAP_SYS_ADMIN, to make a namespace, and CAP_NET_ADMIN
 */
export function missingQdiscs(kinds: readonly QdiscKind[] = samples.map(({ kind }) => kind)): QdiscKind[] {
  using namespace = createNamespace()
  using interfaces = new Interfaces(namespace)
  interfaces.createVeth({ name: 'here', index }, { name: 'there', index: index + 1, namespace }, 1500)
  using qdiscs = new Qdiscs(namespace)
  const wanted = samples.filter(({ kind }) => kinds.includes(kind))
  return wanted.flatMap((options, place) => (takes(qdiscs, place + 1, options) ? [] : [options.kind]))
}

function takes(qdiscs: Qdiscs, major: number, options: QdiscOptions): boolean {
  try {
    qdiscs.put({ interface: index, major }, options)
    return true
  } catch (error) {
    if (error instanceof SyscallError && error.errno === 'ENOENT') return false
    throw error
  }
}
