import type { MemberMatch } from '../../src/btf-match/index.ts'
import type { PreparedStructOps } from '../../src/loader/index.ts'

type Place = Pick<Extract<MemberMatch, { status: 'matched' }>, 'localOffset' | 'size' | 'kind'>

/** What the object puts into a member that holds no program: a text, a number or bytes; null where it is all zero. */
export function memberValue({ spec }: { spec: Pick<PreparedStructOps['spec'], 'bytes'> }, place: Place): string | null {
  const { localOffset, size, kind } = place
  const bytes = spec.bytes.subarray(localOffset, localOffset + size)
  if (bytes.every((byte) => byte === 0)) return null
  if (kind === 'int' || kind === 'enum') return String(BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`))
  const text = Buffer.from(bytes).toString('latin1').replace(/\0+$/, '')
  return kind === 'array' && /^[\x20-\x7e]+$/.test(text) ? `"${text}"` : `${size} bytes`
}
