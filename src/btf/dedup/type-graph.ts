import type { Btf } from '../btf.ts'
import { eachName, eachReference, wordsOf } from '../references.ts'

/** Lists of numbers in one array: list n is `values[starts[n]]` to `values[starts[n + 1]]`. */
export interface Lists {
  starts: Uint32Array
  values: Uint32Array
}

/** Calls `visit` for each value of a list. */
export function eachOf({ starts, values }: Lists, list: number, visit: (value: number) => void): void {
  const end = starts[list + 1] ?? 0
  for (let at = starts[list] ?? 0; at < end; at += 1) visit(values[at] ?? 0)
}

/** Types taken apart: what each says itself, and which others it is made of. Type 0 is void. */
export interface TypeGraph {
  /** How many types, with void. */
  size: number
  /** A type's words without the ids of others, and with the same number for the same name. */
  shapes: Lists
  /** The types that it is made of, in order. */
  references: Lists
  /** The types that are made of it. */
  users: Lists
}

export function typeGraph(btf: Btf): TypeGraph {
  const size = btf.endId
  const most = wordsInAll(btf)
  const shapes = { starts: new Uint32Array(size + 1), values: new Uint32Array(most) }
  const references = { starts: new Uint32Array(size + 1), values: new Uint32Array(most) }
  const name = sameNames(btf)
  let shapeEnd = 0
  let referenceEnd = 0
  for (let id = 1; id < size; id += 1) {
    shapes.starts[id] = shapeEnd
    references.starts[id] = referenceEnd
    const words = wordsOf(btf, id).slice()
    eachName(words, 0, (at) => (words[at] = name(words[at] ?? 0, id)))
    eachReference(words, 0, (at) => {
      const to = words[at] ?? 0
      if (to >= size) btf.fail(id, `a type id below ${size}, not ${to}`)
      references.values[referenceEnd] = to
      referenceEnd += 1
      words[at] = 0
    })
    shapes.values.set(words, shapeEnd)
    shapeEnd += words.length
  }
  shapes.starts[size] = shapeEnd
  references.starts[size] = referenceEnd
  return { size, shapes, references, users: reversed(references, size) }
}

const wordsInAll = (btf: Btf): number => btf.words.length + (btf.base === undefined ? 0 : wordsInAll(btf.base))

/** Equal texts may stand in the strings more than once: a function that gives all of them the first one's offset. */
function sameNames(btf: Btf): (offset: number, user: number) => number {
  const byOffset = new Map<number, number>()
  const byText = new Map<string, number>([['', 0]])
  return (offset, user) => {
    const known = byOffset.get(offset)
    if (known !== undefined) return known
    const text = btf.string(offset, user)
    const first = byText.get(text) ?? offset
    byText.set(text, first)
    byOffset.set(offset, first)
    return first
  }
}

function reversed({ starts, values }: Lists, size: number): Lists {
  const back = { starts: new Uint32Array(size + 1), values: new Uint32Array(starts[size] ?? 0) }
  for (let at = 0; at < back.values.length; at += 1) bump(back.starts, (values[at] ?? 0) + 1)
  for (let id = 0; id < size; id += 1) back.starts[id + 1] = (back.starts[id + 1] ?? 0) + (back.starts[id] ?? 0)
  const next = back.starts.slice()
  for (let id = 0; id < size; id += 1) {
    eachOf({ starts, values }, id, (to) => {
      const at = next[to] ?? 0
      back.values[at] = id
      next[to] = at + 1
    })
  }
  return back
}

function bump(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}
