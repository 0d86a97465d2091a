import type { Fd } from '../fd.ts'
import { littleEndian } from '../net/netlink.ts'
import { setXdpOption, XDP_UMEM_REG } from './options.ts'

// ABI: XDP_UMEM_*, linux/if_xdp.h.
const UNALIGNED_CHUNKS = 1
const TX_SOFTWARE_CHECKSUM = 2
const TX_METADATA_LENGTH = 4

/** Memory that packets are in, as the kernel is told of it. Sizes are in bytes. */
export interface UmemRegistration {
  address: bigint
  length: number
  /** Of a packet with its headroom: a power of two from 2048 up to the page size, or any up to it if unaligned. */
  frameSize: number
  /** Left free before each packet that is received, besides the 256 bytes that the kernel keeps for itself. */
  headroom: number
  /** Frames may begin anywhere. Linux 5.4. */
  unaligned: boolean
  /** Of `struct xsk_tx_metadata`, which stands before each packet to be sent that says so. Linux 6.11. */
  txMetadata: number
  /** The kernel computes the checksums that the metadata ask for, in place of the device. */
  txSoftwareChecksum: boolean
}

/** XDP_UMEM_REG. */
export function registerUmem(fd: Fd, umem: UmemRegistration): void {
  // ABI: struct xdp_umem_reg, linux/if_xdp.h. Older kernels read the first 24 or 28 bytes of it.
  const value = new DataView(new ArrayBuffer(32))
  value.setBigUint64(0, umem.address, littleEndian)
  value.setBigUint64(8, BigInt(umem.length), littleEndian)
  value.setUint32(16, umem.frameSize, littleEndian)
  value.setUint32(20, umem.headroom, littleEndian)
  value.setUint32(24, flagsOf(umem), littleEndian)
  value.setUint32(28, umem.txMetadata, littleEndian)
  setXdpOption(fd, XDP_UMEM_REG, new Uint8Array(value.buffer), {
    doing: `registering a umem of ${umem.length} bytes in frames of ${umem.frameSize}`,
    option: 'XDP_UMEM_REG',
    hints: {
      EINVAL: refusedUmem(umem),
      EBUSY: 'this socket has a umem already',
      // What is over RLIMIT_MEMLOCK, and what is more than there is.
      ENOBUFS: 'the memory stays in place and counts as locked: raise its limit (ulimit -l), or give the process CAP_IPC_LOCK',
      ENOMEM: 'there is not enough memory that can stay in place: make the umem smaller, or raise the limit of locked memory (ulimit -l)',
      ENOTSUPP: 'this kernel has no unaligned chunks',
    },
  })
}

const flagsOf = ({ unaligned, txMetadata, txSoftwareChecksum }: UmemRegistration): number =>
  (unaligned ? UNALIGNED_CHUNKS : 0) | (txMetadata > 0 ? TX_METADATA_LENGTH : 0) | (txSoftwareChecksum ? TX_SOFTWARE_CHECKSUM : 0)

function refusedUmem({ unaligned, txMetadata }: UmemRegistration): string {
  const sizes = 'frames are a power of two from 2048 bytes up to the page size, with room after the headroom'
  if (txMetadata > 0) return `${sizes}; metadata of packets to be sent are a multiple of 8 below 256 bytes, and need Linux 6.11`
  return unaligned ? 'frames are from 2048 bytes up to the page size, with room after the headroom; unaligned ones need Linux 5.4' : sizes
}
