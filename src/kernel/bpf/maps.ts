import type { MapDefinition } from '../../loader/index.ts'
import { systemError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { bpfCall, bpfDo, bpfOpen } from './command.ts'
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
  if (result < 0) throw systemError(-result, { doing: `reading ${map.what}`, syscall: 'bpf(BPF_MAP_LOOKUP_ELEM)', capability: 'CAP_BPF' })
  return value
}

/** BPF_MAP_UPDATE_ELEM */
export function updateElement(map: Fd, key: Uint8Array, value: Uint8Array, flags = 0): void {
  bpfDo('BPF_MAP_UPDATE_ELEM', mapElement, { map_fd: map.number, key, value, flags: BigInt(flags) }, { doing: `writing ${map.what}` })
}

/** BPF_MAP_DELETE_ELEM */
export function deleteElement(map: Fd, key: Uint8Array): void {
  bpfDo('BPF_MAP_DELETE_ELEM', mapElement, { map_fd: map.number, key }, { doing: `deleting from ${map.what}` })
}

/** BPF_MAP_FREEZE */
export function freezeMap(map: Fd): void {
  bpfDo('BPF_MAP_FREEZE', mapElement, { map_fd: map.number }, { doing: `freezing ${map.what}` })
}
