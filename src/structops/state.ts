import type { Btf } from '../btf/index.ts'
import { UnsupportedKernelError } from '../errors/index.ts'
import type { Handle, MapInfo, Target } from '../loader/index.ts'
import { findField } from './fields.ts'

/**
 * ABI: enum bpf_struct_ops_state. `init`: nothing has been put into the map. `inuse`: registered. `tobefree`:
 * unregistered, and sockets still use it. `ready`: filled, to be registered by a link.
 */
export type StructOpsState = 'init' | 'inuse' | 'tobefree' | 'ready'

export interface StructOpsStatus {
  state: StructOpsState
  /** How often the kernel refers to it: once for the registration and once for each socket. By its word an estimate. */
  refcnt: number
  /** The whole value, with the ids of programs in function members; null as long as nothing was put into it. */
  value: Uint8Array | null
}

const prefix = 'BPF_STRUCT_OPS_STATE_'

/** Reads a struct_ops map's value, and its state and reference count through the types that `valueTypes` gives. */
export function readStatus(target: Pick<Target, 'lookup'>, map: Handle, info: MapInfo, btf: Btf): StructOpsStatus {
  const value = target.lookup(map, new Uint8Array(4), info.valueSize)
  if (value === undefined) return { state: 'init', refcnt: 0, value: null }
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const state = findField(btf, info.kernelValueType, 'common', 'state')
  const refcnt = findField(btf, info.kernelValueType, 'common', 'refcnt', 'refs', 'counter')
  if (state === undefined || refcnt === undefined) {
    throw new UnsupportedKernelError({ feature: `state in ${btf.name(info.kernelValueType)}`, since: '5.6' })
  }
  const name = stateName(btf, state.type, view.getUint32(state.offset, true))
  return { state: name, refcnt: view.getInt32(refcnt.offset, true), value: name === 'init' ? null : value }
}

function stateName(btf: Btf, type: number, number: number): StructOpsState {
  const states = btf.resolved(type)
  const found = states.kind === 'enum' ? states.values.find(({ value }) => value === BigInt(number)) : undefined
  const name = found?.name.replace(prefix, '').toLowerCase()
  if (name === 'init' || name === 'inuse' || name === 'tobefree' || name === 'ready') return name
  throw new UnsupportedKernelError({ feature: `known name for struct_ops state ${number}` })
}
