import { type Btf, type BtfType, codecOf, formatValue, isBitfield, sizeOf } from '../../btf/index.ts'
import { CcdkError } from '../../errors/index.ts'

/** Longer ones are tables, and not for reading. */
const mostText = 200
/** What has more bytes is read as far as its text is shown. */
const mostBytes = 4096

/** A value as a person reads it, on one line: of a long one the beginning. */
export function variableText(btf: Btf, type: number, bytes: Uint8Array): string {
  try {
    const text = textOf(btf, type, bytes)
    return text.length > mostText ? `${text.slice(0, mostText)}…` : text
  } catch (error) {
    if (error instanceof CcdkError) return '?'
    throw error
  }
}

function textOf(btf: Btf, type: number, bytes: Uint8Array): string {
  const shape = btf.resolved(type)
  if (bytes.length > mostBytes) {
    if (shape.kind === 'array' && !isChar(btf.resolved(shape.element))) return listed('[', elements(btf, shape.element, bytes), ']')
    if (shape.kind === 'struct' || shape.kind === 'union') return listed('{', members(btf, shape, bytes), '}')
  }
  return formatValue(codecOf(btf, type).decode(bytes)).replaceAll(/\s+/g, ' ')
}

/** Of these there is text up to a zero byte. */
const isChar = (type: BtfType): boolean => type.kind === 'int' && type.name === 'char'

/** As many of them as are shown. */
function listed(open: string, parts: Iterable<string>, close: string): string {
  let text = open
  for (const part of parts) {
    text += `${text === open ? '' : ','} ${part}`
    if (text.length > mostText) break
  }
  return `${text} ${close}`
}

function* elements(btf: Btf, element: number, bytes: Uint8Array): Generator<string> {
  const size = sizeOf(btf, element)
  for (let at = 0; at < bytes.length; at += size) yield textOf(btf, element, bytes.subarray(at, at + size))
}

/** Those of an anonymous one stand in brackets of their own, and of bitfields there is but the name. */
function* members(btf: Btf, { members: all }: Extract<BtfType, { kind: 'struct' | 'union' }>, bytes: Uint8Array): Generator<string> {
  for (const member of all) {
    const at = member.bitOffset / 8
    const value = isBitfield(btf, member) ? '…' : textOf(btf, member.type, bytes.subarray(at, at + sizeOf(btf, member.type)))
    yield member.name === '' ? value : `.${member.name} = ${value}`
  }
}
