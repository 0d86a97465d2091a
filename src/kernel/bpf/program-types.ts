import { type Btf, parseBtf } from '../../btf/index.ts'
import type { Handle } from '../../loader/index.ts'
import { btfBytes, openBtf } from './btf-objects.ts'
import { objectInfo } from './info.ts'
import { programInfo } from './info-layouts.ts'

/** The types that a program was loaded with; undefined when it was loaded without. */
export function programTypes(program: Handle): Btf | undefined {
  const { btf_id } = objectInfo(program, programInfo)
  return btf_id === 0 ? undefined : typesById(btf_id)
}

/** The programs of one object share their BTF, and its id is never given to another: a few are kept. */
const recent = new Map<number, Btf>()
const kept = 8

/** The BTF of an id; undefined when it is gone. */
export function typesById(id: number): Btf | undefined {
  const known = recent.get(id) ?? readTypes(id)
  if (known === undefined) return undefined
  recent.delete(id)
  recent.set(id, known)
  for (const oldest of recent.keys()) if (recent.size > kept) recent.delete(oldest)
  return known
}

function readTypes(id: number): Btf | undefined {
  using btf = openBtf(id)
  return btf === undefined ? undefined : parseBtf(btfBytes(btf), { file: `BTF ${id}` })
}
