// ABI: BTF_KIND_*, linux/btf.h. The index is the kind's number.
export const kindNames = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const

/** The kinds' numbers by name. */
export const KIND = {
  VOID: 0,
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const

/** Words of `struct btf_type` itself: name_off, info, size or type. */
export const headWords = 3

// ABI: what follows `struct btf_type`, linux/btf.h: a fixed number of words, and a number for each of `vlen` elements.
/** Words that follow the head whatever `vlen` is: int, array, var and decl_tag have some. */
export const fixedWords = Uint8Array.of(0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0)
/** Words an element: members, enumerators, parameters and variables of a section. */
export const elementWords = Uint8Array.of(0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3)

// ABI: btf_type.info: vlen in bits 0-15, kind in 24-28, kind_flag in 31.
export const vlenOf = (info: number): number => info & 0xffff
export const kindOf = (info: number): number => (info >>> 24) & 0x1f
export const kindFlagOf = (info: number): boolean => info >>> 31 === 1
export const makeInfo = (kind: number, vlen = 0, flag = false): number =>
  (((flag ? 1 : 0) << 31) | (kind << 24) | vlen) >>> 0
