import { SyscallError } from '../../errors/index.ts'
import type { MapSpec } from '../object.ts'
import type { PreparedObject } from '../prepare/prepare.ts'
import type { PreparedStructOps } from '../prepare/struct-ops.ts'
import { mapArena } from './arena.ts'
import { byToken, type LoadContext } from './context.ts'
import type { LoadedMap } from './loaded-map.ts'
import type { Handle } from '../target/handle.ts'
import type { MapDefinition } from '../target/definitions.ts'
import type { Target } from '../target/target.ts'
import { MAP_FLAG, MAP_TYPE } from '../uapi.ts'
import { lackingMapType } from './map-support.ts'
import { sourceName } from '../open/same-names.ts'
import { entriesOf } from './map-size.ts'
import { shareByName } from './pinning.ts'
import { withFeature } from './too-old.ts'

/** Maps whose keys and values are the kernel's own, so that it takes no description of them. */
const withoutTypes: ReadonlySet<number> = new Set([
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.CGROUP_ARRAY,
  MAP_TYPE.STACK_TRACE,
  MAP_TYPE.ARRAY_OF_MAPS,
  MAP_TYPE.HASH_OF_MAPS,
  MAP_TYPE.DEVMAP,
  MAP_TYPE.DEVMAP_HASH,
  MAP_TYPE.CPUMAP,
  MAP_TYPE.XSKMAP,
  MAP_TYPE.SOCKMAP,
  MAP_TYPE.SOCKHASH,
  MAP_TYPE.QUEUE,
  MAP_TYPE.STACK,
  MAP_TYPE.ARENA,
])

/** Where maps that are shared by name have their pins. */
export const defaultPinRoot = '/sys/fs/bpf'

/**
 * Creates a map, or opens the one that is shared under its name, and gives data their first values. Pins that it makes
 * under `root` are added to `undo`.
 */
export function createMap(
  target: Target,
  spec: MapSpec,
  btf: Handle | undefined,
  { config }: PreparedObject,
  { root, undo, ...context }: { root: string; undo: DisposableStack } & LoadContext,
): LoadedMap {
  using inner = spec.inner === null ? undefined : createPlain(target, spec.inner, btf, context)
  const create = () => createPlain(target, spec, btf, context, inner)
  const { handle, existed } = spec.pinned
    ? shareByName(target, spec, { root, entries: entriesOf(spec, target), undo, tell: context.tell }, create)
    : { handle: create(), existed: false }
  try {
    if (spec.type === MAP_TYPE.ARENA) return { spec, handle, arena: mapArena(target, spec, handle, existed) }
    // What others share keeps what stands in it.
    if (existed) return { spec, handle }
    const initial = firstValue(spec, config)
    if (initial !== null && initial.some((byte) => byte !== 0)) target.update(handle, new Uint8Array(4), initial)
    if ((spec.flags & MAP_FLAG.RDONLY_PROG) !== 0 && spec.origin !== 'definition') target.freeze(handle)
    return { spec, handle }
  } catch (error) {
    handle[Symbol.dispose]()
    throw error
  }
}

/** What a data map starts as, as long as its values are now: the kernel reads so many bytes. The rest is zero. */
function firstValue({ origin, initial, valueSize }: MapSpec, config: Uint8Array | null): Uint8Array | null {
  const bytes = origin === 'kconfig' ? config : initial
  if (bytes === null || bytes.length === valueSize) return bytes
  const whole = new Uint8Array(valueSize)
  whole.set(bytes.subarray(0, valueSize))
  return whole
}

function createPlain(
  target: Target,
  spec: MapSpec,
  btf: Handle | undefined,
  context: LoadContext,
  inner?: Handle,
): Handle {
  const { type, keySize, valueSize, flags, numaNode, mapExtra, keyType, valueType } = spec
  const definition: MapDefinition = {
    name: sourceName(spec.name),
    type,
    keySize,
    valueSize,
    maxEntries: entriesOf(spec, target),
    flags,
    numaNode,
    mapExtra,
    ...byToken(context),
    ...(inner === undefined ? {} : { inner }),
  }
  const described = btf !== undefined && !withoutTypes.has(type) && (keyType !== 0 || valueType !== 0)
  context.tell?.('info', `map "${spec.name}" is created`)
  try {
    return described
      ? createDescribed(target, { ...definition, btf: { handle: btf, keyType, valueType } }, context)
      : target.createMap(definition)
  } catch (error) {
    throw lackingMapType(target, type, error) ?? error
  }
}

/** Types only serve those who look at the map, so a kernel that does not take them gets the map without. */
function createDescribed(target: Target, definition: MapDefinition, { tell }: LoadContext): Handle {
  try {
    return target.createMap(definition)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.errno !== 'EINVAL') throw error
    const { btf: _, ...plain } = definition
    tell?.('debug', `map "${definition.name}": the kernel answers EINVAL, so it is tried without the types of key and value`)
    try {
      return target.createMap(plain)
    } catch {
      throw error
    }
  }
}

/**
 * Creates a struct_ops map, whose value has the type of the kernel's own struct. The kernel wants the object's BTF all
 * the same, although the map has no type of it.
 */
export function createStructOpsMap(
  target: Target,
  { spec, kernel, module }: PreparedStructOps,
  btf: Handle,
  context: LoadContext,
): Handle {
  const moduleFlag = module === undefined ? 0 : MAP_FLAG.VTYPE_BTF_OBJ_FD
  const definition: MapDefinition = {
    name: spec.mapName,
    type: MAP_TYPE.STRUCT_OPS,
    keySize: 4,
    valueSize: kernel.valueSize,
    maxEntries: 1,
    flags: (spec.link ? MAP_FLAG.LINK : 0) | moduleFlag,
    btf: { handle: btf, keyType: 0, valueType: 0 },
    ...byToken(context),
    kernelValue: { type: kernel.valueType, module: module?.handle() },
  }
  context.tell?.('info', `map "${spec.mapName}" is created for struct ${kernel.name}`)
  if (!spec.link) return target.createMap(definition)
  const hint = `put "${spec.name}" into SEC(".struct_ops"), which registers without a link`
  return withFeature(target, 'struct_ops_link', hint, () => target.createMap(definition), context.tell)
}
