import type { Btf } from './btf.ts'
import { elementWords, fixedWords, headWords, KIND, kindOf, vlenOf } from './kinds.ts'

/** The BTF, of a split one and its bases, that has a type itself. */
function ownerOf(btf: Btf, id: number): Btf {
  let owner = btf
  while (id < owner.firstId && owner.base !== undefined) owner = owner.base
  return owner
}

/** The words of a type, one of the BTF's own or of a base's. */
export function wordsOf(btf: Btf, id: number): Uint32Array {
  const owner = ownerOf(btf, id)
  const start = owner.startOf(id)
  const info = owner.words[start + 1] ?? 0
  const kind = kindOf(info)
  const length = headWords + (fixedWords[kind] ?? 0) + vlenOf(info) * (elementWords[kind] ?? 0)
  return owner.words.subarray(start, start + length)
}

// ABI: struct btf_type and what follows it, linux/btf.h. Which of their words hold ids of types, by kind.
/** Whether the third word of the head does. */
const inHead = table(
  [KIND.PTR, KIND.TYPEDEF, KIND.VOLATILE, KIND.CONST, KIND.RESTRICT, KIND.TYPE_TAG],
  [KIND.FUNC, KIND.FUNC_PROTO, KIND.VAR, KIND.DECL_TAG],
)
/** Whether the second word of an element does. */
const inSecond = table([KIND.STRUCT, KIND.UNION, KIND.FUNC_PROTO])
/** Whether the first word of an element is a name. */
const namedElements = table([KIND.STRUCT, KIND.UNION, KIND.FUNC_PROTO, KIND.ENUM, KIND.ENUM64])

function table(...kinds: readonly (readonly number[])[]): Uint8Array {
  const marks = new Uint8Array(elementWords.length)
  for (const kind of kinds.flat()) marks[kind] = 1
  return marks
}

/** Calls `visit` with each word that holds the id of a type, of the type that begins at word `start`. */
export function eachReference(words: Uint32Array, start: number, visit: (word: number) => void): void {
  const info = words[start + 1] ?? 0
  const kind = kindOf(info)
  if (inHead[kind] === 1) visit(start + 2)
  if (kind === KIND.ARRAY) {
    visit(start + headWords)
    visit(start + headWords + 1)
  }
  const offset = inSecond[kind] === 1 ? 1 : 0
  if (offset === 0 && kind !== KIND.DATASEC) return
  eachElement(words, start, offset, visit)
}

/** Calls `visit` with each word that holds the offset of a string, of the type that begins at word `start`. */
export function eachName(words: Uint32Array, start: number, visit: (word: number) => void): void {
  visit(start)
  if (namedElements[kindOf(words[start + 1] ?? 0)] === 1) eachElement(words, start, 0, visit)
}

/** Calls `visit` with the word `offset` of each element. */
function eachElement(words: Uint32Array, start: number, offset: number, visit: (word: number) => void): void {
  const info = words[start + 1] ?? 0
  const kind = kindOf(info)
  const stride = elementWords[kind] ?? 0
  const first = start + headWords + (fixedWords[kind] ?? 0)
  const end = first + vlenOf(info) * stride
  for (let word = first + offset; word < end; word += stride) visit(word)
}
