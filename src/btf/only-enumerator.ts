import type { Btf } from './btf.ts'

/** The value of an enum that has one alone, by which a number too large for an array's length is said in a type. */
export function onlyEnumerator(btf: Btf, id: number): bigint | undefined {
  const type = btf.resolved(id)
  const [only, ...others] = type.kind === 'enum' || type.kind === 'enum64' ? type.values : []
  return others.length === 0 ? only?.value : undefined
}
