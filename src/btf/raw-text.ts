import type { Btf } from './btf.ts'
import type { BtfType } from './types.ts'

const linkages = ['static', 'global', 'extern']

/**
 * A type as BTF has it, in a line, and a line for each of its members: `[17] STRUCT 'list_head' size=16 vlen=2`. The
 * form is that of bpftool.
 */
export function rawText(btf: Btf, id: number): string {
  const type = btf.type(id)
  const { facts, elements } = describe(btf, type)
  const head = `[${id}] ${type.kind.toUpperCase()} ${quoted(type.name)} ${fields(facts)}`
  return [head, ...elements.map((element) => `\n\t${element}`)].join('')
}

const quoted = (name: string): string => `'${name === '' ? '(anon)' : name}'`
const fields = (facts: Record<string, string | number | bigint>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
const element = (name: string, facts: Record<string, string | number | bigint>): string => `${quoted(name)} ${fields(facts)}`

interface Description {
  facts: Record<string, string | number>
  elements: readonly string[]
}

function describe(btf: Btf, type: BtfType): Description {
  const alone = (facts: Description['facts']): Description => ({ facts, elements: [] })
  switch (type.kind) {
    case 'void':
      return alone({})
    case 'int': {
      const encoding = type.bool ? 'BOOL' : type.signed ? 'SIGNED' : '(none)'
      return alone({ size: type.size, bits_offset: type.bitOffset, nr_bits: type.bits, encoding })
    }
    case 'float':
      return alone({ size: type.size })
    case 'array':
      return alone({ type_id: type.element, index_type_id: type.index, nr_elems: type.length })
    case 'struct':
    case 'union': {
      const elements = type.members.map(({ name, type: type_id, bitOffset: bits_offset, bitSize }) =>
        element(name, { type_id, bits_offset, ...(bitSize === 0 ? {} : { bitfield_size: bitSize }) }),
      )
      return { facts: { size: type.size, vlen: elements.length }, elements }
    }
    case 'enum':
    case 'enum64': {
      const elements = type.values.map(({ name, value }) => element(name, { val: value }))
      return { facts: { encoding: type.signed ? 'SIGNED' : 'UNSIGNED', size: type.size, vlen: elements.length }, elements }
    }
    case 'fwd':
      return alone({ fwd_kind: type.union ? 'union' : 'struct' })
    case 'func':
    case 'var':
      return alone({ type_id: type.type, linkage: linkages[type.linkage] ?? type.linkage })
    case 'func_proto': {
      const elements = type.params.map((param) => element(param.name, { type_id: param.type }))
      return { facts: { ret_type_id: type.returns, vlen: elements.length }, elements }
    }
    case 'datasec': {
      const elements = type.variables.map(({ type: type_id, offset, size }) => {
        return `${fields({ type_id, offset, size })} (${btf.kind(type_id).toUpperCase()} ${quoted(btf.name(type_id))})`
      })
      return { facts: { size: type.size, vlen: elements.length }, elements }
    }
    case 'decl_tag':
      return alone({ type_id: type.type, component_idx: type.component })
    default:
      return alone({ type_id: type.type })
  }
}
