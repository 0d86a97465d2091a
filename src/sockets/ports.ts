import { UsageError } from '../errors/index.ts'

/** One port, or the first and the last of several. */
export type Ports = number | readonly [first: number, last: number]

/** The first and the last. Throws a `UsageError` when they are none. */
export function portRange(ports: Ports): readonly [first: number, last: number] {
  const [first, last] = typeof ports === 'number' ? [ports, ports] : ports
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 0xffff
  if (isPort(first) && isPort(last) && first <= last) return [first, last]
  throw new UsageError(`port: one from 0 to 65535, or the first and the last of several, not ${String(ports)}`)
}
