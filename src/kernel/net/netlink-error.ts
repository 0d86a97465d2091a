import { type Attempt, errnoName, systemError } from '../errno.ts'
import { attributeText, damaged, eachAttribute, littleEndian, type NetlinkMessage } from './netlink.ts'

// ABI: linux/netlink.h.
const NLMSG_DONE = 3
const NLM_F_CAPPED = 0x100
const NLM_F_ACK_TLVS = 0x200
const NLMSGERR_ATTR_MSG = 1

/**
 * Throws what an acknowledgement says went wrong, with the kernel's own words.
 * ABI: struct nlmsgerr, linux/netlink.h: s32 error, then the request's header. NLMSG_DONE begins with the same s32.
 */
export function throwIfFailed({ type, flags, view, start, end }: NetlinkMessage, attempt: Attempt): void {
  if (end - start < 4) damaged('acknowledgement', `one of ${end - start} bytes`)
  const error = view.getInt32(start, littleEndian)
  if (error >= 0) return
  const explained =
    (flags & NLM_F_ACK_TLVS) !== 0 ? explanation(view, attributesStart(type, flags, view, start), end) : ''
  const name = errnoName(-error)
  const hint = [explained && `the kernel says: ${explained}`, attempt.hints?.[name]].filter(Boolean).join('; ')
  throw systemError(-error, hint === '' ? attempt : { ...attempt, hints: { [name]: hint } })
}

function attributesStart(type: number, flags: number, view: DataView, start: number): number {
  if (type === NLMSG_DONE) return start + 4
  if ((flags & NLM_F_CAPPED) !== 0 || start + 8 > view.byteLength) return start + 20
  return start + 4 + ((view.getUint32(start + 4, littleEndian) + 3) & ~3)
}

function explanation(view: DataView, start: number, end: number): string {
  let text = ''
  eachAttribute(view, start, end, (type, at, length) => {
    if (type === NLMSGERR_ATTR_MSG) text = attributeText(view, at, length)
  })
  return text
}
