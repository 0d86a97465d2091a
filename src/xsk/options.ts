import { UsageError } from '../errors/index.ts'
import type { Fd } from '../kernel/index.ts'
import type { Hook } from './attach-program.ts'
import type { RedirectProgram } from './redirect.ts'

/** As libxdp has them. */
export const defaultRing = 2048
const defaultFrameSize = 4096
const defaultFrames = 4096
// ABI: XDP_UMEM_MIN_CHUNK_SIZE and XDP_PACKET_HEADROOM, net/xdp/xdp_umem.c and linux/bpf.h.
const leastFrameSize = 2048
const packetHeadroom = 256

/** Sizes are in bytes, those of rings in entries. */
export interface UmemOptions {
  /** How many frames there are. @default 4096 */
  frames?: number
  /** A power of two from 2048 up to the page size; any up to it if unaligned. @default 4096 */
  frameSize?: number
  /** Left free before each received packet, besides the 256 bytes of XDP itself. @default 0 */
  headroom?: number
  /** Frames may begin anywhere, not only at multiples of their size. Linux 5.4. */
  unaligned?: boolean
  /** The bytes of metadata before packets to be sent, a multiple of 8 below 256. Linux 6.11. @default 0 */
  txMetadata?: number
  /** The kernel computes the checksums that metadata ask for. Linux 6.11. */
  txSoftwareChecksum?: boolean
  /** The size of each queue's fill ring, a power of two. @default 2048 */
  fill?: number
  /** The size of each queue's completion ring, a power of two. @default 2048 */
  completion?: number
  /** Memory that is there already, such as a `Mapping`, which stays the caller's. It begins at a page. */
  memory?: { readonly address: bigint; readonly bytes: Uint8Array<ArrayBuffer> }
}

export interface SocketOptions {
  /** The interface, by its name or its index. */
  interface: string | number
  /** @default 0 */
  queue?: number
  /** The size of the rx ring, a power of two; 0 for a socket that only sends. @default 2048 */
  rx?: number
  /** The size of the tx ring, a power of two; 0 for a socket that only receives. @default 2048 */
  tx?: number
  /**
   * How packets come into the umem. If it is left out, without a copy where the driver can. This, `needWakeup` and
   * `multiBuffer` are the same for all sockets of a umem: the first says, and others may leave them out.
   */
  mode?: 'copy' | 'zero-copy'
  /** The kernel says when it wants to be woken, so that it need not be woken always. @default true */
  needWakeup?: boolean
  /** Packets may be larger than a frame, and are then in several. Linux 6.6. @default false */
  multiBuffer?: boolean
  /** The program of ccdk writes before each packet when it saw it: see `takeStamp`. @default false */
  stamped?: boolean
  /**
   * Which XDP program hands the queue's packets over: that of ccdk, which all its sockets of the interface share; none,
   * if you have one of your own and put the socket into its map; or one that was attached by `attachRedirect`.
   * @default 'own'; 'none' for a socket that only sends
   */
  program?: 'own' | 'none' | RedirectProgram
  /** Where the program runs. If it is left out, in the driver if that can, else in the generic hook. */
  hook?: Hook
  /** The network namespace in which the interface is. @default that of the calling thread */
  namespace?: Fd
  /** A socket of AF_XDP that is open and not bound, in place of a new one. It is duplicated: yours stays yours. */
  fd?: { readonly number: number }
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))

/** Fails for the size of a ring that the kernel would refuse. */
export function checkRingSize(ring: string, size: number): void {
  if (!isPowerOfTwo(size) || size > 2 ** 30 || size < 1) throw new UsageError(`the ${ring} ring cannot have ${size} entries: it is a power of two`)
}

/** Sizes with their defaults filled in. Fails for what every kernel would refuse. */
export function checkUmem(options: UmemOptions): { frames: number; frameSize: number; size: number } {
  const { memory, frameSize = defaultFrameSize, unaligned = false, headroom = 0, txMetadata = 0 } = options
  const wrongFrames = !Number.isInteger(frameSize) || frameSize < leastFrameSize || !(unaligned || isPowerOfTwo(frameSize))
  if (wrongFrames) {
    const rule = unaligned ? 'at least 2048 bytes' : 'a power of two, 2048 bytes at least and a page at most'
    throw new UsageError(`a umem cannot have frames of ${frameSize} bytes: they are ${rule}`)
  }
  if (!Number.isInteger(headroom) || headroom < 0 || headroom >= frameSize - packetHeadroom) {
    throw new UsageError(`a headroom of ${headroom} bytes leaves no room for packets: a frame has ${frameSize}, of which XDP takes ${packetHeadroom}`)
  }
  if (!Number.isInteger(txMetadata) || txMetadata < 0 || txMetadata >= 256 || txMetadata % 8 !== 0) {
    throw new UsageError(`metadata of ${txMetadata} bytes: their length is a multiple of 8 below 256`)
  }
  const { frames = memory === undefined ? defaultFrames : Math.floor(memory.bytes.length / frameSize) } = options
  const size = frames * frameSize
  if (!Number.isInteger(frames) || frames < 1 || !Number.isSafeInteger(size)) throw new UsageError(`a umem cannot have ${frames} frames`)
  if (memory !== undefined && memory.bytes.length < size) {
    throw new UsageError(`${frames} frames of ${frameSize} bytes do not fit into memory of ${memory.bytes.length}`)
  }
  checkRingSize('fill', options.fill ?? defaultRing)
  checkRingSize('completion', options.completion ?? defaultRing)
  return { frames, frameSize, size }
}
