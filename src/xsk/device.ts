import { UsageError } from '../errors/index.ts'
import { type Fd, Interfaces, namespaceInode } from '../kernel/index.ts'

/** An interface in its network namespace. */
export interface Device {
  name: string
  index: number
  /** How many receive queues it can have. */
  rxQueues: number
  /** The id of the XDP program that it has; 0 for none. */
  xdpProgram: number
  namespace: Fd | undefined
  /** The same for the same interface, however it was found. */
  key: string
}

/** Finds an interface by its name or its index. */
export function findDevice(wanted: string | number, namespace: Fd | undefined): Device {
  using interfaces = new Interfaces(namespace)
  const all = interfaces.list()
  const found = all.find(({ name, index }) => wanted === name || wanted === index)
  if (found === undefined) {
    const called = typeof wanted === 'string' ? `interface "${wanted}"` : `interface with the index ${wanted}`
    throw new UsageError(`there is no ${called} ${namespace === undefined ? 'here' : `in ${namespace.what}`}: there is ${all.map(({ name }) => name).join(', ') || 'none'}`)
  }
  const { name, index, rxQueues, xdpProgram } = found
  return { name, index, rxQueues, xdpProgram, namespace, key: `${namespaceInode(namespace)}/${index}` }
}

/** Fails for a queue that an interface cannot have. Whether it is in use only the kernel knows. */
export function checkQueue(queue: number, { name, rxQueues }: Device): void {
  if (Number.isInteger(queue) && queue >= 0 && queue < rxQueues) return
  const range = rxQueues > 1 ? `queues 0 to ${rxQueues - 1}` : 'queue 0 alone'
  throw new UsageError(`${name} has no queue ${queue}: it has ${range}`)
}
