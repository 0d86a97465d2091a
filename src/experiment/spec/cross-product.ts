import type { Key } from '../../spec/index.ts'

/** One of the values that a list offers: by which keys the list is reached, and which of its items this is. */
export interface Choice {
  keys: readonly Key[]
  index: number
  value: unknown
}

export interface Variant {
  /** The value with one item in the place of each list. */
  value: unknown
  choices: Choice[]
}

/** Under these keys a path itself has lists. */
const ownLists = new Set<Key>(['links', 'steps'])

/** Where lists stand that offer no value: there would be no variants. */
export function* emptyLists(value: unknown, keys: readonly Key[]): Generator<readonly Key[], undefined> {
  if (Array.isArray(value)) {
    if (value.length === 0) yield keys
    for (const [index, item] of value.entries()) yield* emptyLists(item, [...keys, index])
  } else if (isMapping(value)) {
    for (const [key, part] of Object.entries(value)) if (!isOwnList(key, part) || part.length > 0) yield* emptyLists(part, [...keys, key])
  }
}

/** How many variants there would be, without making them. */
export function variantCount(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: unknown) => sum + variantCount(item), 0)
  if (!isMapping(value)) return 1
  return Object.entries(value).reduce((product, [key, part]) => product * (isOwnList(key, part) ? ofEach(part, variantCount) : variantCount(part)), 1)
}

const ofEach = (list: readonly unknown[], count: (item: unknown) => number): number => list.reduce<number>((product, item) => product * count(item), 1)

/** All combinations of the items of the lists in a value; a list's last items vary slowest where it stands first. */
export function variantsOf(value: unknown, keys: readonly Key[] = []): Variant[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) =>
      variantsOf(item, [...keys, index]).map((variant) => ({ ...variant, choices: [{ keys, index, value: item }, ...variant.choices] })),
    )
  }
  if (!isMapping(value)) return [{ value, choices: [] }]
  let all: { value: Record<string, unknown>; choices: Choice[] }[] = [{ value: {}, choices: [] }]
  for (const [key, part] of Object.entries(value)) {
    const parts = isOwnList(key, part) ? listVariants(part, [...keys, key]) : variantsOf(part, [...keys, key])
    all = all.flatMap((before) => parts.map((one) => ({ value: { ...before.value, [key]: one.value }, choices: [...before.choices, ...one.choices] })))
  }
  return all
}

/** Of a list that stays one. */
function listVariants(list: readonly unknown[], keys: readonly Key[]): Variant[] {
  let all: { value: unknown[]; choices: Choice[] }[] = [{ value: [], choices: [] }]
  for (const [index, item] of list.entries()) {
    const parts = variantsOf(item, [...keys, index])
    all = all.flatMap((before) => parts.map((one) => ({ value: [...before.value, one.value], choices: [...before.choices, ...one.choices] })))
  }
  return all
}

const isOwnList = (key: Key, part: unknown): part is readonly unknown[] => ownLists.has(key) && Array.isArray(part)

const isMapping = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where in the document keys of a variant are: with the index of the item that was chosen of each list. */
export function placeIn(keys: readonly Key[], choices: readonly Choice[]): Key[] {
  const place: Key[] = []
  const choose = (): void => {
    for (;;) {
      const chosen = choices.find((choice) => choice.keys.length === place.length && choice.keys.every((key, index) => key === place[index]))
      if (chosen === undefined) return
      place.push(chosen.index)
    }
  }
  choose()
  for (const key of keys) {
    place.push(key)
    choose()
  }
  return place
}

/** What tells a variant from the others: `rate=100mbit`, `queue.limit=20p`. */
export function nameOf(choices: readonly Choice[], root: number): string {
  return choices
    .map(({ keys, index, value }) => {
      const name = keys.slice(root).filter((key) => typeof key === 'string').join('.') || 'path'
      return `${name}=${typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : `#${index + 1}`}`
    })
    .join(' ')
}
