import type { TcpOption } from './layer.ts'

// ABI: IANA's TCP option kinds.
const KIND = {
  END: 0,
  NOP: 1,
  MSS: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
  FAST_OPEN: 34,
  ACCECN_0: 172,
  ACCECN_1: 174,
} as const

/** The options of a TCP header. They end at the first that cannot be, and at the one that says so. */
export function readOptions(view: DataView, from: number, end: number): TcpOption[] {
  const options: TcpOption[] = []
  for (let at = from; at < end; ) {
    const number = view.getUint8(at)
    if (number === KIND.END) return [...options, { kind: 'end' }]
    if (number === KIND.NOP) {
      options.push({ kind: 'nop' })
      at += 1
      continue
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0
    if (length < 2 || length > end - at) return [...options, { kind: 'damaged', number }]
    options.push(readOption(view, at, { number, length }))
    at += length
  }
  return options
}

/** One of a length that its kind does not have is `other`. */
function readOption(view: DataView, at: number, { number, length }: { number: number; length: number }): TcpOption {
  const data = at + 2
  if (number === KIND.MSS && length === 4) return { kind: 'mss', value: view.getUint16(data) }
  if (number === KIND.WINDOW_SCALE && length === 3) return { kind: 'window-scale', shift: view.getUint8(data) }
  if (number === KIND.SACK_PERMITTED && length === 2) return { kind: 'sack-permitted' }
  if (number === KIND.TIMESTAMPS && length === 10) {
    return { kind: 'timestamps', value: view.getUint32(data), echo: view.getUint32(data + 4) }
  }
  if (number === KIND.SACK && length > 2 && (length - 2) % 8 === 0) {
    const blocks = Array.from({ length: (length - 2) / 8 }, (_, index) => data + 8 * index)
    return { kind: 'sack', blocks: blocks.map((block) => ({ left: view.getUint32(block), right: view.getUint32(block + 4) })) }
  }
  if (number === KIND.FAST_OPEN) return { kind: 'fast-open', cookie: hex(view, data, length - 2) }
  const counts = (length - 2) / 3
  if ((number === KIND.ACCECN_0 || number === KIND.ACCECN_1) && [0, 1, 2, 3].includes(counts)) {
    const [first = null, ce = null, last = null] = Array.from({ length: counts }, (_, index) => u24(view, data + 3 * index))
    return number === KIND.ACCECN_0 ? { kind: 'accecn', ect0: first, ce, ect1: last } : { kind: 'accecn', ect0: last, ce, ect1: first }
  }
  return { kind: 'other', number, length }
}

const u24 = (view: DataView, at: number): number => view.getUint16(at) * 256 + view.getUint8(at + 2)

const hex = (view: DataView, at: number, length: number): string =>
  Array.from({ length }, (_, index) => view.getUint8(at + index).toString(16).padStart(2, '0')).join('')
