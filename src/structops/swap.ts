import { SyscallError, UsageError } from '../errors/index.ts'
import type { Handle, LoadedObject, LoadedStructOps } from '../loader/index.ts'
import { nameIn } from './fields.ts'
import { describeMap, type StructOpsEntry } from './list.ts'
import { explainRefusal } from './refusal.ts'
import { buildValue } from './value.ts'

/** One version of an algorithm that took another's place. Disposing of it closes its descriptors and undoes nothing. */
export interface Swap extends Disposable {
  readonly ops: LoadedStructOps
  /** The name that both have, where their struct has one. */
  readonly name: string | null
  readonly linkId: number
  /** The map that the link registered before. Sockets that are open keep it. */
  readonly from: { mapId: number; map: string }
  /** The one that it registers now. */
  readonly to: { mapId: number; map: string }
  /** Puts the old version back, unless somebody has put a third one there since. */
  revert(): void
}

/**
 * Puts a loaded struct_ops map in the place of the one that a link registers: at once, so that there is no moment in
 * which the name is not there. It throws, and leaves everything as it was, when the map does not fit or when somebody
 * else has given the link another map meanwhile. A kill at any moment leaves the old or the new one.
 */
export function swap(loaded: LoadedObject, map: string, linkId: number): Swap {
  const { target } = loaded
  const ops = loaded.structOps.get(map)
  if (ops === undefined) throw new UsageError(`${loaded.object.file} has no struct_ops map "${map}" that was loaded`)
  if (!ops.spec.link) throw new UsageError(`"${map}" is registered without a link, so no link can take it`, { hint: linkHint })
  using undo = new DisposableStack()
  const { link, from } = registeredBy(loaded, linkId)
  undo.use(link)
  const old = undo.use(openMap(loaded, from.mapId))
  const value = buildValue(ops, loaded)
  const name = nameIn(ops.kernel.btf, ops.kernel, value)
  checkSame(ops, name, from)
  const to = { mapId: target.objects.mapInfo(ops.handle).id, map: target.objects.mapInfo(ops.handle).name }
  try {
    target.update(ops.handle, new Uint8Array(4), value)
    target.updateStructOpsLink(link, ops.handle, old)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw explainSwap(ops, value, error, linkId)
  }
  const owned = undo.move()
  return {
    ops,
    name,
    linkId,
    from: { mapId: from.mapId, map: from.map },
    to,
    revert: () => target.updateStructOpsLink(link, old, ops.handle),
    [Symbol.dispose]: () => owned.dispose(),
  }
}

const linkHint = 'put the variable into SEC(".struct_ops.link")'

function registeredBy({ target }: LoadedObject, linkId: number): { link: Handle; from: StructOpsEntry } {
  using undo = new DisposableStack()
  const link = target.objects.link(linkId)
  if (link === undefined) throw new UsageError(`there is no link ${linkId}`)
  undo.use(link)
  const info = target.objects.linkInfo(link)
  if (info.kind !== 'struct_ops') throw new UsageError(`link ${linkId} has nothing to do with struct_ops`)
  const from = info.mapId === 0 ? undefined : describeMap(target, info.mapId)
  if (from === undefined) throw new UsageError(`link ${linkId} has been detached and registers nothing any more`)
  undo.move()
  return { link, from }
}

function openMap({ target }: LoadedObject, id: number): Handle {
  const map = target.objects.map(id)
  if (map === undefined) throw new UsageError(`map ${id} is gone: somebody has just swapped it`)
  return map
}

/** The kernel would answer EINVAL to both. */
function checkSame(ops: LoadedStructOps, name: string | null, from: StructOpsEntry): void {
  if (ops.kernel.name !== from.struct) {
    throw new UsageError(`"${ops.spec.name}" is a ${ops.kernel.name}, and what the link registers is a ${from.struct}`)
  }
  if (name !== from.name) {
    throw new UsageError(`"${ops.spec.name}" has the name "${name}", and the link registers "${from.name}"`, {
      hint: 'one version can take the place of another only under the same name: --name gives it',
    })
  }
}

function explainSwap(ops: LoadedStructOps, value: Uint8Array, error: SyscallError, linkId: number): SyscallError {
  if (error.syscall === 'bpf(BPF_LINK_UPDATE)' && error.errno === 'EPERM') {
    return new SyscallError({
      doing: `putting "${ops.spec.name}" in place of what link ${linkId} registers`,
      syscall: error.syscall,
      errno: error.errno,
      hint: 'somebody else has just swapped it, and theirs stays: look at it with ccdk list, and switch again',
      cause: error,
    })
  }
  return explainRefusal(ops, value, error)
}
