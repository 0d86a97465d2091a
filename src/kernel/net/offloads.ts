import { decodeText } from '../../bytes/index.ts'
import { type Attempt, check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { AF_INET } from './ip-address.ts'
import { openSocket } from './namespace.ts'
import { littleEndian } from './netlink.ts'

// ABI: SIOCETHTOOL, linux/sockios.h; SOCK_DGRAM, bits/socket_type.h; the rest linux/ethtool.h.
const SIOCETHTOOL = 0x8946
const SOCK_DGRAM = 2
const ETHTOOL_GSTRINGS = 0x1b
const ETHTOOL_GSSET_INFO = 0x37
const ETHTOOL_GFEATURES = 0x3a
const ETHTOOL_SFEATURES = 0x3b
const ETH_SS_FEATURES = 4
const ETH_GSTRING_LEN = 32

/** What makes packets other than those of the wire: without their checksums, or larger than the MTU. */
const offloads = /^(?:rx-checksum|tx-checksum-.*|tx-scatter-gather.*|tx-.*segmentation|tx-gso-.*|rx-gro.*|rx-lro|rx-udp-gro-.*)$/

/**
 * Turns the offloads of an interface off, so that its packets are those of the wire: with their checksums, and no larger
 * than the MTU. Answers those that are on all the same, as ethtool(8) calls them.
 */
export function turnOffloadsOff(name: string, namespace?: Fd): string[] {
  using socket = ethtoolSocket(namespace)
  return setFeatures({ socket, name }, offloads, false)
}

/**
 * Has the packets that come to an interface merged before TCP sees them, as most real ones do it: generic receive offload.
 * What is on the wire stays as it is. Answers whether the interface does it now.
 */
export function turnGroOn(name: string, namespace?: Fd): boolean {
  using socket = ethtoolSocket(namespace)
  return setFeatures({ socket, name }, /^rx-gro$/, true).length === 0
}

interface Device {
  socket: Fd
  name: string
}

const ethtoolSocket = (namespace: Fd | undefined): Fd =>
  openSocket({ domain: AF_INET, type: SOCK_DGRAM, protocol: 0, what: 'a socket for ethtool' }, namespace)

/** Turns features on or off, and answers those that do not do as they are told. */
function setFeatures(device: Device, which: RegExp, wanted: boolean): string[] {
  const names = featureNames(device)
  const bits = [...names.keys()].filter((bit) => which.test(names[bit] ?? ''))
  // ABI: struct ethtool_sfeatures: u32 cmd, u32 size, then size times u32 valid, u32 requested.
  const words = Math.ceil(names.length / 32)
  const change = Uint32Array.of(ETHTOOL_SFEATURES, words, ...Array.from({ length: 2 * words }, () => 0))
  for (const bit of bits) {
    for (const word of wanted ? [2, 3] : [2]) change[word + 2 * (bit >> 5)] = (change[word + 2 * (bit >> 5)] ?? 0) | (1 << (bit & 31))
  }
  ethtool(device, change, `turning offloads of ${device.name} ${wanted ? 'on' : 'off'}`)
  const on = activeFeatures(device, words)
  return bits.filter((bit) => on(bit) !== wanted).map((bit) => names[bit] ?? '')
}

/** The kernel's names of features, by bit; empty for a bit without one. */
function featureNames(device: Device): string[] {
  const doing = `asking for the features of ${device.name}`
  // ABI: struct ethtool_sset_info: u32 cmd, u32 reserved, u64 sset_mask, u32 data[].
  const mask = littleEndian ? [1 << ETH_SS_FEATURES, 0] : [0, 1 << ETH_SS_FEATURES]
  const info = Uint32Array.of(ETHTOOL_GSSET_INFO, 0, ...mask, 0)
  ethtool(device, info, doing)
  const count = info[4] ?? 0
  // ABI: struct ethtool_gstrings: u32 cmd, u32 string_set, u32 len, then names of 32 bytes, ended by zeros.
  const strings = new Uint32Array(3 + (count * ETH_GSTRING_LEN) / 4)
  strings.set([ETHTOOL_GSTRINGS, ETH_SS_FEATURES, count])
  ethtool(device, strings, doing)
  const bytes = new Uint8Array(strings.buffer, 12)
  return Array.from({ length: count }, (_, bit) =>
    decodeText(bytes.subarray(bit * ETH_GSTRING_LEN, (bit + 1) * ETH_GSTRING_LEN)).replace(/\0.*$/s, ''),
  )
}

/** Tells of a feature's bit whether it is in use now. */
function activeFeatures(device: Device, words: number): (bit: number) => boolean {
  // ABI: struct ethtool_gfeatures: u32 cmd, u32 size, then size times u32 available, requested, active, never_changed.
  const features = new Uint32Array(2 + 4 * words)
  features.set([ETHTOOL_GFEATURES, words])
  ethtool(device, features, `asking for the features of ${device.name}`)
  return (bit) => (((features[2 + 4 * (bit >> 5) + 2] ?? 0) >> (bit & 31)) & 1) === 1
}

/** One command; the kernel answers in `data`. */
function ethtool({ socket, name }: Device, data: Uint32Array, doing: string): void {
  // ABI: struct ifreq, linux/if.h, of a 64-bit machine: the name in 16 bytes, here a pointer, in all 40 bytes.
  const request = new Uint8Array(40)
  request.set(new TextEncoder().encode(name).subarray(0, 15))
  new DataView(request.buffer).setBigUint64(16, libc.addressOf(data), littleEndian)
  const attempt: Attempt = {
    doing,
    syscall: 'ioctl(SIOCETHTOOL)',
    capability: 'CAP_NET_ADMIN',
    hints: { ENODEV: `there is no interface ${name}` },
  }
  check(libc.ioctlAt(socket.number, SIOCETHTOOL, request), attempt)
}
