import { type MapDefinition, TOKEN_FD } from '../../loader/index.ts'
import type { Fd } from '../fd.ts'
import { bpfDo, bpfOpen } from './command.ts'
import { change } from './elements.ts'
import { kernelName } from './kernel-name.ts'
import { bindMap as bindMapLayout, mapCreate } from './layouts.ts'
import { notDelegated } from './token.ts'

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
      map_flags: map.flags | (map.token === undefined ? 0 : TOKEN_FD),
      inner_map_fd: map.inner?.number ?? 0,
      numa_node: map.numaNode ?? 0,
      map_name: kernelName(map.name),
      map_extra: map.mapExtra ?? 0n,
      btf_fd: map.btf?.handle.number ?? 0,
      btf_key_type_id: map.btf?.keyType ?? 0,
      btf_value_type_id: map.btf?.valueType ?? 0,
      btf_vmlinux_value_type_id: map.kernelValue?.type ?? 0,
      map_token_fd: map.token?.number ?? 0,
      value_type_btf_obj_fd: map.kernelValue?.module?.number ?? 0,
    },
    `map "${map.name}"`,
    {
      doing: `creating the map "${map.name}"`,
      hints: {
        EPERM: 'creating maps needs CAP_BPF, and before Linux 5.11 enough locked memory (ulimit -l)',
        ...notDelegated(map.token, 'delegate_cmds and delegate_maps'),
        E2BIG: 'the map is larger than the kernel allows',
        ENOTSUPP: 'the kernel does not let BPF implement this struct',
      },
    },
  )
}

/** BPF_MAP_FREEZE */
export function freezeMap(map: Fd): void {
  change('BPF_MAP_FREEZE', { map_fd: map.number }, `freezing ${map.what}`)
}

/** BPF_PROG_BIND_MAP */
export function bindMap(program: Fd, map: Fd): void {
  const values = { prog_fd: program.number, map_fd: map.number }
  bpfDo('BPF_PROG_BIND_MAP', bindMapLayout, values, { doing: `binding ${map.what} to ${program.what}` })
}
