import { SyscallError, UsageError } from '../errors/index.ts'
import type { LoadedObject, LoadedStructOps, Target } from '../loader/index.ts'
import { nameIn } from './fields.ts'
import { explainRefusal } from './refusal.ts'
import { withdraw } from './unregister.ts'
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
  // All that can fail comes before the last step, so that nothing is registered that nobody knows of.
  const facts: Facts = {
    ops,
    name: nameIn(ops.kernel.btf, ops.kernel, value),
    mapId: loaded.target.objects.mapInfo(ops.handle).id,
  }
  if (!ops.spec.link) {
    explained(ops, value, () => loaded.target.update(ops.handle, new Uint8Array(4), value))
    return plainRegistration(loaded, facts)
  }
  return linkRegistration(loaded, facts, value, options.pin ?? null)
}

type Facts = Pick<Registration, 'ops' | 'name' | 'mapId'>

function explained<Result>(ops: LoadedStructOps, value: Uint8Array, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw explainRefusal(ops, value, error)
  }
}

function plainRegistration({ target }: LoadedObject, facts: Facts): Registration {
  let registered = true
  const unregister = () => {
    if (!registered) return
    withdraw(target, facts.ops.handle)
    registered = false
  }
  return {
    ...facts,
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

/** Registers by a link. The kernel checks the value only when the link is made. */
function linkRegistration({ target }: LoadedObject, facts: Facts, value: Uint8Array, pin: string | null): Registration {
  const { handle } = facts.ops
  using undo = new DisposableStack()
  const link = explained(facts.ops, value, () => {
    target.update(handle, new Uint8Array(4), value)
    return undo.use(target.createStructOpsLink(handle))
  })
  const linkId = target.objects.linkInfo(link).id
  if (pin !== null) target.pin(link, pin)
  undo.move()

  let registered = true
  const close = () => {
    registered = false
    link[Symbol.dispose]()
  }
  const unregister = () => {
    if (!registered) return
    try {
      if (pin !== null) removePin(target, pin)
    } finally {
      close()
    }
  }
  return {
    ...facts,
    linkId,
    pin,
    keptAliveBy: pin === null ? `link ${linkId}, which this process holds` : `link ${linkId}, pinned at ${pin}`,
    unregister,
    leave: () => {
      if (pin === null) throw new UsageError('a link that is not pinned goes away with the process that holds it')
      close()
    },
    [Symbol.dispose]: unregister,
  }
}

/** Somebody else may have removed it already, which is as good. */
function removePin(target: Target, pin: string): void {
  try {
    target.unpin(pin)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.errno !== 'ENOENT') throw error
  }
}
