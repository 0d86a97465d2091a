import { processStart } from '../kernel/index.ts'
import type { Host } from './host.ts'

/**
 * Why something failed over hosts that nobody has closed: that the process of one has ended, where that is so. With it its
 * namespace goes, and all that others meet then is that interfaces are not there.
 */
export async function causeOf(error: unknown, hosts: Iterable<Pick<Host, 'pid' | 'ended'>>): Promise<unknown> {
  for (const { pid, ended } of hosts) if (processStart(pid) === undefined) return await ended
  return error
}
