import { type Btf, essentialName } from '../btf/index.ts'
import { UnsupportedKernelError } from '../errors/index.ts'
import { originOfStruct } from './origins.ts'

/** Where a kernel keeps a struct that BPF can implement. */
export interface KernelStruct {
  /** Its name, such as `tcp_congestion_ops`. */
  name: string
  /** The BTF with both types: the kernel's own or a module's. */
  btf: Btf
  /** Id of the struct. */
  type: number
  /** Id of `bpf_struct_ops_<name>`, the type of the map's value. */
  valueType: number
  valueSize: number
  /** Where the struct stands in the value, bytes. */
  dataOffset: number
}

const valuePrefix = 'bpf_struct_ops_'

/**
 * Finds the kernel's side of a struct_ops struct: first `bpf_struct_ops_<name>`, then in it the member of type `<name>`.
 * `btfs` is the kernel's BTF and then its modules'. Throws `UnsupportedKernelError`, which lists what there is.
 */
export function findKernelStruct(btfs: Iterable<Btf>, localName: string): KernelStruct {
  const name = essentialName(localName)
  const offered: string[] = []
  for (const btf of btfs) {
    const valueType = ownType(btf, valuePrefix + name)
    if (valueType !== undefined) return located(btf, name, valueType)
    offered.push(...structsOf(btf))
  }
  const { since, config } = originOfStruct(name)
  throw new UnsupportedKernelError({
    feature: `struct_ops type "${name}"`,
    ...(since === undefined ? {} : { since }),
    ...(config === undefined ? {} : { config: config.join(', ') }),
    hint: offered.length === 0 ? 'it offers no struct_ops types at all' : `it offers ${offered.join(', ')}`,
  })
}

/** The structs that a BTF says BPF can implement. */
function structsOf(btf: Btf): string[] {
  return [...btf.namesContaining(valuePrefix)]
    .filter((name) => name.startsWith(valuePrefix))
    .map((name) => name.slice(valuePrefix.length))
    .filter((name) => btf.find(name, 'struct') !== undefined && ownType(btf, valuePrefix + name) !== undefined)
}

function ownType(btf: Btf, name: string): number | undefined {
  for (const id of btf.named(name)) if (btf.kind(id) === 'struct') return id
  return undefined
}

/** The struct is the one that the value has: a kernel may have a second one of the name. */
function located(btf: Btf, name: string, valueType: number): KernelStruct {
  const value = btf.type(valueType)
  if (value.kind !== 'struct') return btf.fail(valueType, 'a struct')
  for (const member of value.members) {
    const type = btf.resolved(member.type)
    if (type.kind !== 'struct' || type.name !== name) continue
    return { name, btf, type: type.id, valueType, valueSize: value.size, dataOffset: member.bitOffset / 8 }
  }
  return btf.fail(valueType, `a member of type "struct ${name}"`)
}
