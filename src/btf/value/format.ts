import type { BtfValue } from './part.ts'

const longestLine = 100

/** A value as a person reads it, much like C: `{ .cwnd = 10, .name = "reno" }`, over several lines where it is long. */
export function formatValue(value: BtfValue, indent = ''): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return value.toString()
  const items = itemsOf(value)
  const [open, close] = isRecord(value) ? ['{', '}'] : ['[', ']']
  if (items.length === 0) return open + close
  const inner = `${indent}  `
  const texts = items.map(([label, item]) => label + formatValue(item, inner))
  const line = `${open} ${texts.join(', ')} ${close}`
  if (indent.length + line.length <= longestLine && !line.includes('\n')) return line
  return `${open}\n${texts.map((text) => `${inner}${text},\n`).join('')}${indent}${close}`
}

/** A value as JSON: bigints as text, since JSON's numbers do not hold them, and bytes as an array. */
export const jsonValue = (value: BtfValue): string =>
  JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return item.toString()
    return item instanceof Uint8Array ? [...item] : item
  })

type Compound = Extract<BtfValue, object>

const isRecord = (value: Compound): value is Readonly<Record<string, BtfValue>> =>
  !Array.isArray(value) && !(value instanceof Uint8Array)

function itemsOf(value: Compound): [label: string, value: BtfValue][] {
  if (value instanceof Uint8Array) return [...value].map((byte) => ['', byte])
  if (isRecord(value)) return Object.entries(value).map(([name, item]) => [`.${name} = `, item])
  return value.map((item) => ['', item])
}
