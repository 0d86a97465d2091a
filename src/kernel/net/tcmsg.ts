import { littleEndian } from './netlink.ts'

// ABI: struct tcmsg, linux/rtnetlink.h: u8 family, 3 pad, s32 ifindex, u32 handle, u32 parent, u32 info.
export const tcmsgSize = 20

/** What every message of traffic control begins with. */
export interface TcMessage {
  index: number
  handle?: number
  parent?: number
  info?: number
}

export function tcmsg({ index, handle = 0, parent = 0, info = 0 }: TcMessage): Uint8Array {
  const bytes = new Uint8Array(tcmsgSize)
  const view = new DataView(bytes.buffer)
  view.setInt32(4, index, littleEndian)
  view.setUint32(8, handle, littleEndian)
  view.setUint32(12, parent, littleEndian)
  view.setUint32(16, info, littleEndian)
  return bytes
}
