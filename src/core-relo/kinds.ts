// ABI: enum bpf_core_relo_kind, linux/bpf.h.
const names = [
  'field byte offset',
  'field byte size',
  'field exists',
  'field signed',
  'field left shift',
  'field right shift',
  'local type id',
  'target type id',
  'type exists',
  'type size',
  'enumerator exists',
  'enumerator value',
  'type matches',
] as const

export const CORE = {
  FIELD_BYTE_OFFSET: 0,
  FIELD_BYTE_SIZE: 1,
  FIELD_EXISTS: 2,
  FIELD_SIGNED: 3,
  FIELD_LSHIFT_U64: 4,
  FIELD_RSHIFT_U64: 5,
  TYPE_ID_LOCAL: 6,
  TYPE_ID_TARGET: 7,
  TYPE_EXISTS: 8,
  TYPE_SIZE: 9,
  ENUMVAL_EXISTS: 10,
  ENUMVAL_VALUE: 11,
  TYPE_MATCHES: 12,
} as const

export type CoreKind = (typeof CORE)[keyof typeof CORE]

export const isCoreKind = (kind: number): kind is CoreKind => kind < names.length
export const coreKindName = (kind: CoreKind): string => names[kind]

export const isFieldKind = (kind: CoreKind): boolean => kind <= CORE.FIELD_RSHIFT_U64
export const isEnumeratorKind = (kind: CoreKind): boolean =>
  kind === CORE.ENUMVAL_EXISTS || kind === CORE.ENUMVAL_VALUE
