import { Composer, CST, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml'
import type { ObjectError } from '../../errors/index.ts'
import { located } from './located.ts'

export type Key = string | number

/** Where a value stands in its text, and where its parts do. */
export interface Place {
  offset: number
  /** Of a mapping: where the key stands, and its value. */
  keys?: Map<Key, { offset: number; place: Place }>
}

export interface Tree {
  value: unknown
  place: Place
  /** An error that names a place of the text. */
  error: (offset: number, keys: readonly Key[], expected: string) => ObjectError
}

const mostCharacters = 1 << 18
const deepest = 40
/** Aliases stand for copies, and copies of copies could fill memory. */
const mostNodes = 100_000

/**
 * Reads YAML 1.2, and so JSON, into plain values: with no tags, no keys but text, and none twice.
 *
 * @throws ObjectError with line and column
 */
export function readNodes(text: string, file: string): Tree {
  const lines = new LineCounter()
  const error = (offset: number, keys: readonly Key[], expected: string): ObjectError => {
    const { line, col } = lines.linePos(offset)
    return located(file, { line: Math.max(1, line), column: Math.max(1, col), keys }, expected)
  }
  if (text.length > mostCharacters) throw error(0, [], `expected no more than ${mostCharacters >> 10} KiB`)
  const tokens: CST.Token[] = []
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (token.type === 'error') throw error(token.offset, [], token.message)
    checkDepth(token, (offset) => error(offset, [], `expected no more than ${deepest} levels of nesting`))
    tokens.push(token)
  }
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, resolveKnownTags: false, prettyErrors: false, logLevel: 'silent' } as const
  const [document, more] = [...new Composer(options).compose(tokens, true, text.length)]
  const [problem] = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  if (problem !== undefined) throw error(problem.pos[0], [], problem.message)
  if (more !== undefined) throw error(more.range[0], [], 'expected one document, and here a second one begins')
  return { ...valueOf(document, error), error }
}

/** The composer of documents calls itself for each level, so that deep ones would fill the stack. */
function checkDepth(root: CST.Token, fail: (offset: number) => ObjectError): void {
  const open: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (depth > deepest) throw fail(token.offset)
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth })
    if (!CST.isCollection(token)) continue
    for (const { key, value } of token.items) {
      for (const part of [key, value]) if (part !== undefined && part !== null) open.push({ token: part, depth: depth + 1 })
    }
  }
}

function valueOf(document: Document | undefined, error: Tree['error']): { value: unknown; place: Place } {
  const anchors = new Map<string, Node>()
  let nodes = 0

  const read = (node: unknown, keys: readonly Key[], before: number): { value: unknown; place: Place } => {
    const offset = isNode(node) ? (node.range?.[0] ?? before) : before
    nodes += 1
    if (nodes > mostNodes) throw error(offset, keys, `expected no more than ${mostNodes} values, with those that aliases stand for`)
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) throw error(offset, keys, `expected an anchor &${node.source} before its alias`)
      return { value: read(target, keys, offset).value, place: { offset } }
    }
    const result = parts(node, keys, offset)
    // Not before its parts are read: one that has itself as a part would have no end.
    if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
    return result
  }

  const parts = (node: unknown, keys: readonly Key[], offset: number): { value: unknown; place: Place } => {
    const place: Place = { offset }
    if (isScalar(node)) return { value: node.value, place }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => read(item, [...keys, index], offset))
      place.keys = new Map(items.map((item, index) => [index, { offset: item.place.offset, place: item.place }]))
      return { value: items.map(({ value }) => value), place }
    }
    if (!isMap(node)) return { value: null, place }
    const value: Record<string, unknown> = {}
    place.keys = new Map()
    for (const pair of node.items) {
      const at = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      const key = isScalar(pair.key) ? (pair.key.source ?? '') : ''
      if (key === '') throw error(at, keys, 'expected a key that is a text')
      // Assigning to this name would give the object another prototype.
      if (key === '__proto__') throw error(at, keys, 'expected another key than "__proto__"')
      if (place.keys.has(key)) throw error(at, keys, `the key "${key}" stands here twice`)
      const part = read(pair.value, [...keys, key], at)
      place.keys.set(key, { offset: at, place: part.place })
      value[key] = part.value
    }
    return { value, place }
  }
  return read(document?.contents, [], 0)
}

const isNode = (node: unknown): node is Node => isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
