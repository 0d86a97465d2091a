import { fstatSync, openSync, rmSync, writeSync } from 'node:fs'
import { ObjectError, UsageError } from '../../errors/index.ts'
import { Fd, fileError, Mapping } from '../../kernel/index.ts'
import { lapseLayout, packetLayout } from './records.ts'
import { type Batch, fewestRows, RingReader, ringSize, RingWriter } from './ring.ts'

export interface TelemetryOptions {
  /** How many packets the ring holds, 40 bytes each; 2^18 when left out: a second of 262,144 packets. */
  packets?: number
  /**
   * The file that the ring is in. It must not be there yet, it stays, and it is best on a tmpfs: a disk makes the
   * emulator wait. When left out the ring has no name and ends with its last user.
   */
  file?: string
}

const mostPackets = 2 ** 26

// A file begins with these words, little endian as the machines that make and read it; each ring has pages of its own.
const magic = 0x4c45_5443
const version = 1
const page = 4096

const pages = (bytes: number): number => page * Math.ceil(bytes / page)

const placesOf = (packets: number, lapses: number) => {
  const lapsesAt = page + pages(ringSize(packetLayout, packets))
  return { packetsAt: page, lapsesAt, end: lapsesAt + pages(ringSize(lapseLayout, lapses)) }
}

/** Where the emulator writes what happens to packets. */
export class TelemetryWriter implements Disposable {
  readonly packets: RingWriter<typeof packetLayout>
  readonly lapses: RingWriter<typeof lapseLayout>
  /** The path by which other processes open it, while this one has it open. */
  readonly path: string
  readonly #mapping: Mapping
  readonly #fd: Fd

  constructor({ packets = 2 ** 18, file }: TelemetryOptions) {
    if (!(Number.isInteger(packets) && packets >= fewestRows && packets <= mostPackets)) {
      throw new UsageError(`telemetry of ${packets} packets: ${fewestRows} to ${mostPackets}`)
    }
    const { packetsAt, lapsesAt, end } = placesOf(packets, fewestRows)
    using made = new DisposableStack()
    this.#fd = made.use(makeFile(file))
    fill(this.#fd, end, file)
    this.path = file ?? `/proc/${process.pid}/fd/${this.#fd.number}`
    this.#mapping = made.use(new Mapping(this.#fd.number, end, 'telemetry', { shared: true, writable: true }))
    const { bytes } = this.#mapping
    this.packets = new RingWriter(packetLayout, bytes, packetsAt, packets)
    this.lapses = new RingWriter(lapseLayout, bytes, lapsesAt, fewestRows)
    new Uint32Array(bytes.buffer, bytes.byteOffset, 4).set([magic, version, packets, fewestRows])
    made.move()
  }

  tell(): void {
    this.packets.tell()
    this.lapses.tell()
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
    this.#fd[Symbol.dispose]()
  }
}

function makeFile(file: string | undefined): Fd {
  const path = file ?? `/dev/shm/ccdk-telemetry-${process.pid}`
  try {
    const fd = new Fd(openSync(path, 'wx+', 0o600), `telemetry ${path}`)
    if (file === undefined) rmSync(path)
    return fd
  } catch (error) {
    throw fileError(error, {
      doing: `making the telemetry file ${path}`,
      syscall: 'open',
      hints: { EEXIST: 'it is there already: take another name, or remove it' },
    })
  }
}

/** Writes zeros rather than leaving holes: a file system that is full says so now, and not by SIGBUS later. */
function fill(fd: Fd, size: number, file: string | undefined): void {
  const zeros = new Uint8Array(2 ** 20)
  try {
    for (let at = 0; at < size; ) at += writeSync(fd.number, zeros, 0, Math.min(zeros.length, size - at), at)
  } catch (error) {
    if (file !== undefined) rmSync(file, { force: true })
    throw fileError(error, {
      doing: `making room for ${size} bytes of telemetry`,
      syscall: 'write',
      hints: { ENOSPC: 'there is no room: keep fewer packets' },
    })
  }
}

export type PacketBatch = Batch<typeof packetLayout>
export type LapseBatch = Batch<typeof lapseLayout>

/**
 * Reads the telemetry of an emulator while it is written and afterwards, in any process, without the emulator's noticing.
 * What it does not read in time is lost to it, and counted.
 */
export class TelemetryReader implements Disposable {
  readonly #mapping: Mapping
  readonly #packets: RingReader<typeof packetLayout>
  readonly #lapses: RingReader<typeof lapseLayout>

  /** Throws an `ObjectError` when the file is none of telemetry. */
  constructor(path: string) {
    using fd = openFile(path)
    const size = fstatSync(fd.number).size
    const wrong = (expected: string) => new ObjectError({ file: path, path: '', expected })
    if (size < page) throw wrong('telemetry of an emulator, which is longer')
    using made = new DisposableStack()
    this.#mapping = made.use(new Mapping(fd.number, size, `telemetry ${path}`, { shared: true }))
    const { bytes } = this.#mapping
    const [type, madeBy, packets = 0, lapses = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 4)
    if (type !== magic || madeBy !== version) throw wrong(`telemetry of an emulator, version ${version}`)
    const { packetsAt, lapsesAt, end } = placesOf(packets, lapses)
    if (packets < fewestRows || lapses < fewestRows || end !== size) throw wrong(`a length of ${end} bytes, not ${size}`)
    this.#packets = new RingReader(packetLayout, bytes, packetsAt, packets)
    this.#lapses = new RingReader(lapseLayout, bytes, lapsesAt, lapses)
    made.move()
  }

  /** What has happened to packets since the last time, in columns; no more than `most`, and a count of 0 for nothing. */
  packets(most?: number): PacketBatch {
    return this.#packets.read(most)
  }

  /** On which occasions the emulator fell behind since the last time. */
  lapses(most?: number): LapseBatch {
    return this.#lapses.read(most)
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}

function openFile(path: string): Fd {
  try {
    return new Fd(openSync(path, 'r'), `telemetry ${path}`)
  } catch (error) {
    throw fileError(error, { doing: `opening the telemetry ${path}`, syscall: 'open' })
  }
}
