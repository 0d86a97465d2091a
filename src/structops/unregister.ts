import { SyscallError, UnsupportedKernelError, UsageError } from '../errors/index.ts'
import type { Handle, Target } from '../loader/index.ts'
import type { StructOpsEntry } from './list.ts'

/** Unregisters what is registered, by whomever: a plain map by deleting its value, one with links by detaching them. */
export function unregister(target: Target, entry: StructOpsEntry): void {
  if (!entry.registered) {
    const what = `"${entry.name ?? entry.map}" (map ${entry.mapId})`
    throw new UsageError(`${what} is not registered: its state is ${entry.state}`)
  }
  if (!entry.byLink) {
    using map = target.objects.map(entry.mapId)
    if (map !== undefined) withdraw(target, map)
    return
  }
  for (const id of entry.links) {
    using link = target.objects.link(id)
    if (link === undefined) continue
    try {
      target.detachLink(link)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.errno !== 'EOPNOTSUPP') throw error
      throw new UnsupportedKernelError({
        feature: 'way to detach a struct_ops link that others hold',
        since: '6.10',
        hint: `remove its pin, or end the process that holds link ${id}`,
        cause: error,
      })
    }
  }
}

/** Unregisters a map that has no link. Somebody else may have done so already, which is as good. */
export function withdraw(target: Target, map: Handle): void {
  try {
    target.delete(map, new Uint8Array(4))
  } catch (error) {
    // The state is tobefree already.
    if (!(error instanceof SyscallError) || error.errno !== 'EINPROGRESS') throw error
  }
}
