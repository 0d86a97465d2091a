import { SyscallError, UsageError } from '../errors/index.ts'
import type { Handle, LoadedObject, LoadedStructOps } from '../loader/index.ts'
import { nameIn } from './fields.ts'
import { explainRefusal } from './refusal.ts'
import { buildValue } from './value.ts'

/**
 * A struct that the kernel uses now. Disposing of it unregisters it, unless it was left to live on by `leave`.
 */
export interface Registration extends Disposable {
  readonly ops: LoadedStructOps
  /** The name that others choose it by, where its struct has one: for TCP that of the algorithm. */
  readonly name: string | null
  readonly mapId: number
  /** Null for one that was registered without a link. */
  readonly linkId: number | null
  /** Where its link is pinned. */
  readonly pin: string | null
  /** What has to stay for it to stay registered, in words. */
  readonly keptAliveBy: string
  /** Takes it away from new users. Those who have it keep it until they are done. */
  unregister(): void
  /** Lets go of it without unregistering: possible for one without a link, and for one that is pinned. */
  leave(): void
}

/**
 * Fills a loaded struct_ops map and registers it: at once for one of `.struct_ops`, by a link for one of
 * `.struct_ops.link`. `pin` is a path in the BPF file system at which the link is kept.
 */
export function register(loaded: LoadedObject, map: string, options: { pin?: string } = {}): Registration {
  const ops = loaded.structOps.get(map)
  if (ops === undefined) {
    const names = [...loaded.structOps.keys()].join(', ') || 'none'
    throw new UsageError(`${loaded.object.file} has no struct_ops map "${map}" that was loaded; it has ${names}`)
  }
  if (options.pin !== undefined && !ops.spec.link) {
    throw new UsageError(`"${map}" is registered without a link, so there is nothing to pin`, {
      hint: 'it stays registered without a pin; to have a link, put the variable into SEC(".struct_ops.link")',
    })
  }
  const value = buildValue(ops, loaded)
  const name = nameIn(ops.kernel.btf, ops.kernel, value)
  const link = explained(ops, value, () => activate(loaded, ops, value, options.pin))
  return link === undefined ? plainRegistration(loaded, ops, name) : linkRegistration(loaded, ops, name, link, options.pin ?? null)
}

/** Hands the value over. For a map with a link the kernel checks it only when the link is made. */
function activate(loaded: LoadedObject, ops: LoadedStructOps, value: Uint8Array, pin?: string): Handle | undefined {
  const { target } = loaded
  target.update(ops.handle, new Uint8Array(4), value)
  if (!ops.spec.link) return undefined
  const link = target.createStructOpsLink(ops.handle)
  try {
    if (pin !== undefined) target.pin(link, pin)
  } catch (error) {
    link[Symbol.dispose]()
    throw error
  }
  return link
}

function explained<Result>(ops: LoadedStructOps, value: Uint8Array, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw explainRefusal(ops, value, error)
  }
}

function plainRegistration({ target }: LoadedObject, ops: LoadedStructOps, name: string | null): Registration {
  const { id } = target.objects.mapInfo(ops.handle)
  let registered = true
  const unregister = () => {
    if (!registered) return
    target.delete(ops.handle, new Uint8Array(4))
    registered = false
  }
  return {
    ops,
    name,
    mapId: id,
    linkId: null,
    pin: null,
    keptAliveBy: 'the kernel, until it is unregistered',
    unregister,
    leave: () => {
      registered = false
    },
    [Symbol.dispose]: unregister,
  }
}

function linkRegistration(
  { target }: LoadedObject,
  ops: LoadedStructOps,
  name: string | null,
  link: Handle,
  pin: string | null,
): Registration {
  const linkId = target.objects.linkInfo(link).id
  const close = () => link[Symbol.dispose]()
  return {
    ops,
    name,
    mapId: target.objects.mapInfo(ops.handle).id,
    linkId,
    pin,
    keptAliveBy: pin === null ? `link ${linkId}, which this process holds` : `link ${linkId}, pinned at ${pin}`,
    unregister: () => {
      if (pin !== null) target.unpin(pin)
      close()
    },
    leave: () => {
      if (pin === null) throw new UsageError('a link that is not pinned goes away with the process that holds it')
      close()
    },
    [Symbol.dispose]: close,
  }
}
