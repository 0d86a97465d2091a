import { type Btf, type BtfType, type BtfValue, typeName } from '../../btf/index.ts'
import { nearestName } from '../../btf-match/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { Place } from './place.ts'

/**
 * The value that a text stands for in a place: a number (`10`, `-1`, `0xff`, `0b11`), `true` or `false`, the name of an
 * enum's value, a text for an array of `char`, and `1,2,3` for other arrays. Throws a `UsageError` that says what the
 * type takes.
 */
export function valueFromText(btf: Btf, place: Pick<Place, 'name' | 'type' | 'bits'>, text: string): BtfValue {
  const type = btf.resolved(place.type)
  const fail = (why: string, hint = ''): never => {
    throw new UsageError(`${place.name}: ${why}`, { hint })
  }
  switch (type.kind) {
    case 'int':
      return type.bool ? truth(text, fail) : integer(btf, place, type, text, fail)
    case 'enum':
    case 'enum64':
      return enumerator(btf, place, type, text, fail)
    case 'float': {
      const number = Number(text)
      return text.trim() === '' || Number.isNaN(number) ? fail(`a ${typeName(btf, type.id)} takes a number, not "${text}"`) : number
    }
    case 'array': {
      const element = btf.resolved(type.element)
      if (element.kind === 'int' && element.name === 'char') {
        if (Buffer.byteLength(text) <= type.length) return text
        return fail(`it takes a text of at most ${type.length} bytes, and "${text}" has ${Buffer.byteLength(text)}`)
      }
      const parts = text.replace(/^\[(.*)\]$/, '$1').split(',')
      if (parts.length !== type.length) {
        return fail(`it is an array of ${type.length}, and "${text}" has ${parts.length}`, `one element is ${place.name}[0]`)
      }
      return parts.map((part, index) => {
        return valueFromText(btf, { name: `${place.name}[${index}]`, type: type.element, bits: null }, part.trim())
      })
    }
    case 'struct':
    case 'union': {
      const names = type.members.flatMap(({ name }) => (name === '' ? [] : [`${place.name}.${name}`]))
      return fail(`it is a ${type.kind}, and only its members take a value: ${names.join(', ')}`)
    }
    default:
      return fail(`a ${type.kind} takes no value`)
  }
}

/** Whether the programs may write it is of no matter here. */
const plainName = (btf: Btf, type: number): string => typeName(btf, type).replaceAll(/\b(?:const|volatile) /g, '')

type Fail = (why: string, hint?: string) => never

function truth(text: string, fail: Fail): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  return fail(`a bool takes true or false, not "${text}"`)
}

interface Width {
  size: number
  signed: boolean
}

function integer(btf: Btf, { type, bits }: Pick<Place, 'type' | 'bits'>, { size, signed }: Width, text: string, fail: Fail): BtfValue {
  const width = BigInt(bits?.size ?? size * 8)
  const least = signed ? -(1n << (width - 1n)) : 0n
  const most = (1n << (signed ? width - 1n : width)) - 1n
  const number = parseInteger(text)
  if (number === undefined || number < least || number > most) {
    const what = bits === null ? plainName(btf, type) : `${plainName(btf, type)} of ${bits.size} bits`
    return fail(`${what} takes ${least} to ${most}, not "${text}"`)
  }
  return size > 4 ? number : Number(number)
}

function parseInteger(text: string): bigint | undefined {
  const [, sign, digits = ''] = /^([+-]?)(\d+|0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+)$/.exec(text.trim().replaceAll('_', '')) ?? []
  if (sign === undefined) return undefined
  const number = BigInt(digits)
  return sign === '-' ? -number : number
}

function enumerator(
  btf: Btf,
  place: Pick<Place, 'type' | 'bits'>,
  type: Extract<BtfType, { kind: 'enum' | 'enum64' }>,
  text: string,
  fail: Fail,
): BtfValue {
  if (parseInteger(text) !== undefined) return integer(btf, place, type, text, fail)
  const names = type.values.map(({ name }) => name)
  if (names.includes(text)) return text
  const nearest = nearestName(text, names)
  return fail(
    `${plainName(btf, place.type)} takes ${names.join(', ') || 'a number'}, not "${text}"`,
    nearest === null ? '' : `did you mean ${nearest}?`,
  )
}
