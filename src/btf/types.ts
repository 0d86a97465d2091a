/** A BTF type, decoded. Ids are those of the `Btf` that it was read from; 0 is void. */
export type BtfType =
  | { kind: 'void'; id: 0; name: '' }
  | { kind: 'int'; id: number; name: string; size: number; bits: number; bitOffset: number; signed: boolean; bool: boolean }
  | { kind: 'float'; id: number; name: string; size: number }
  | { kind: 'ptr'; id: number; name: string; type: number }
  | { kind: 'array'; id: number; name: string; element: number; index: number; length: number }
  | { kind: 'struct' | 'union'; id: number; name: string; size: number; members: readonly BtfMember[] }
  | { kind: 'enum' | 'enum64'; id: number; name: string; size: number; signed: boolean; values: readonly BtfEnumerator[] }
  | { kind: 'fwd'; id: number; name: string; union: boolean }
  | { kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag'; id: number; name: string; type: number }
  | { kind: 'func'; id: number; name: string; type: number; linkage: number }
  | { kind: 'func_proto'; id: number; name: string; returns: number; params: readonly BtfParam[] }
  | { kind: 'var'; id: number; name: string; type: number; linkage: number }
  | { kind: 'datasec'; id: number; name: string; size: number; variables: readonly BtfVarInfo[] }
  | { kind: 'decl_tag'; id: number; name: string; type: number; component: number }

export type BtfKind = BtfType['kind']

export interface BtfMember {
  name: string
  type: number
  /** From the start of the struct, bits. */
  bitOffset: number
  /** Of a bitfield, bits; 0 for an ordinary member. */
  bitSize: number
}

export interface BtfEnumerator {
  name: string
  value: bigint
}

export interface BtfParam {
  name: string
  type: number
}

/** A variable of a data section. */
export interface BtfVarInfo {
  /** The id of a `var` or `func`. */
  type: number
  /** From the start of the section, bytes. */
  offset: number
  size: number
}
