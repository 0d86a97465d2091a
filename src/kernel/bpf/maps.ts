import type { MapDefinition } from '../../loader/index.ts'
import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import type { Values } from './attr.ts'
import { bpfCall, bpfOpen, type Command } from './command.ts'
import { mapCreate, mapElement } from './layouts.ts'

// ABI: linux/errno.h.
const ENOENT = 2

/** BPF_MAP_CREATE */
export function createMap(map: MapDefinition): Fd {
  return bpfOpen(
    'BPF_MAP_CREATE',
    mapCreate,
    {
      map_type: map.type,
      key_size: map.keySize,
      value_size: map.valueSize,
      max_entries: map.maxEntries,
      map_flags: map.flags,
      inner_map_fd: map.inner?.number ?? 0,
      numa_node: map.numaNode ?? 0,
      map_name: map.name.replaceAll(/[^\w.]/g, '_'),
      map_extra: map.mapExtra ?? 0n,
      btf_fd: map.btf?.handle.number ?? 0,
      btf_key_type_id: map.btf?.keyType ?? 0,
      btf_value_type_id: map.btf?.valueType ?? 0,
      btf_vmlinux_value_type_id: map.kernelValue?.type ?? 0,
      value_type_btf_obj_fd: map.kernelValue?.module?.number ?? 0,
    },
    `map "${map.name}"`,
    {
      doing: `creating the map "${map.name}"`,
      hints: {
        EPERM: 'creating maps needs CAP_BPF, and before Linux 5.11 enough locked memory (ulimit -l)',
        E2BIG: 'the map is larger than the kernel allows',
        ENOTSUPP: 'the kernel does not let BPF implement this struct',
      },
    },
  )
}

/** BPF_MAP_LOOKUP_ELEM; undefined when there is no such key. */
export function lookupElement(map: Fd, key: Uint8Array, valueSize: number): Uint8Array | undefined {
  const value = new Uint8Array(valueSize)
  const { result } = bpfCall('BPF_MAP_LOOKUP_ELEM', mapElement, { map_fd: map.number, key, value })
  if (result === -ENOENT) return undefined
  check(result, { doing: `reading ${map.what}`, syscall: 'bpf(BPF_MAP_LOOKUP_ELEM)' })
  return value
}

/** Calls on a map that is open ask for no privilege: EPERM says that this map takes no such call. */
function change(command: Command, values: Values<typeof mapElement>, doing: string): void {
  const { result } = bpfCall(command, mapElement, values)
  const hints = { EPERM: 'the map is frozen, or it was opened to be read only' }
  check(result, { doing, syscall: `bpf(${command})`, hints })
}

/** BPF_MAP_UPDATE_ELEM */
export function updateElement(map: Fd, key: Uint8Array, value: Uint8Array, flags = 0): void {
  change('BPF_MAP_UPDATE_ELEM', { map_fd: map.number, key, value, flags: BigInt(flags) }, `writing ${map.what}`)
}

/** BPF_MAP_DELETE_ELEM */
export function deleteElement(map: Fd, key: Uint8Array): void {
  change('BPF_MAP_DELETE_ELEM', { map_fd: map.number, key }, `deleting from ${map.what}`)
}

/** BPF_MAP_FREEZE */
export function freezeMap(map: Fd): void {
  change('BPF_MAP_FREEZE', { map_fd: map.number }, `freezing ${map.what}`)
}
