import { SyscallError } from '../../src/errors/index.ts'
import { type BpfObject, load, type LoadedObject, prepare, type PreparedStructOps } from '../../src/loader/index.ts'
import { initialName, register, type Registration, setMember, type StructOpsEntry, unregister } from '../../src/structops/index.ts'
import type { Done } from './switched.ts'

/**
 * Unregisters what has no link and registers the new version, whose name is free only then. All that can be known to
 * fail is tried before: the programs are loaded already, and the kernel's word on the struct is asked under another name.
 */
export function replacePlain(
  loaded: LoadedObject,
  object: BpfObject,
  { spec, kernel }: PreparedStructOps,
  entry: StructOpsEntry,
): Done {
  rehearse(loaded, object, spec)
  unregister(loaded.target, entry)
  const registration = registerAfter(loaded, spec.name, entry)
  registration.leave()
  const { name, mapId } = registration
  const from = { mapId: entry.mapId, map: entry.map }
  return { name, struct: kernel.name, from, to: { mapId, map: spec.mapName }, linkId: null, pins: [] }
}

/** By a link, which a kill would take along. Kernels before 6.4 have none, and are not asked. */
function rehearse({ target }: LoadedObject, object: BpfObject, spec: PreparedStructOps['spec']): void {
  const name = initialName(object, spec)
  if (name === null || target.hasFeature('struct_ops_link') !== 'yes') return
  try {
    spec.link = true
    setMember(object, spec, 'name', `ccdk_${process.pid}`)
    using rehearsed = load(prepare(object, target), target)
    using registration = register(rehearsed, spec.name)
    registration.unregister()
  } finally {
    spec.link = false
    setMember(object, spec, 'name', name)
  }
}

function registerAfter(loaded: LoadedObject, map: string, entry: StructOpsEntry): Registration {
  try {
    return register(loaded, map)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const { syscall, errno } = error
    throw new SyscallError({
      doing: `registering "${map}" after map ${entry.mapId} was unregistered for it`,
      syscall,
      errno,
      hint: `neither is registered now: ${error.hint}`,
      cause: error,
    })
  }
}
