import { closeSync, openSync, writeSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import { describe, hexLines, PcapWriter, readPacket, type WallTime } from '../../src/packets/index.ts'
import { reasonOf } from '../errors/reason-of.ts'
import type { Output } from '../output/output.ts'

export interface From {
  time: WallTime
  queue: number
  /** Bytes of the packet that are there. */
  kept: number
}

/** Where packets go, one after the other. */
export interface PacketSink {
  /** Takes a packet that stands at `at` in memory, which is the kernel's again afterwards. */
  take: (memory: Buffer, at: number, length: number, from: From) => void
  /** Nothing more is there at the moment. */
  pause: () => void
}

export const noSink: PacketSink = { take: () => undefined, pause: () => undefined }

interface Shown {
  hex: boolean
  snaplen: number
  /** Whether the queue says something. */
  queues: boolean
}

/** A line for each packet, and its bytes under it. */
export function linesTo(output: Output, { hex, snaplen, queues }: Shown): PacketSink {
  return {
    take(memory, at, length, { time, queue, kept: there }) {
      const bytes = memory.subarray(at, at + there)
      const from = queues ? ` queue ${queue}` : ''
      output.print(`${output.style('dim', clockText(time))}${from} ${length} bytes, ${describe(readPacket(bytes))}`)
      if (hex) for (const line of hexLines(bytes.subarray(0, snaplen))) output.print(`    ${line}`)
    },
    pause: () => undefined,
  }
}

/** A document for each packet. */
export function documentsTo(output: Output, { hex, snaplen }: Shown): PacketSink {
  return {
    take(memory, at, length, { time, queue, kept: there }) {
      const bytes = memory.subarray(at, at + there)
      const kept = hex ? { bytes: bytes.subarray(0, snaplen).toString('hex') } : {}
      output.document({ packet: { time: secondsText(time), queue, length, headers: readPacket(bytes), ...kept } })
    },
    pause: () => undefined,
  }
}

/** A pcap file, or stdout for `-`. What is left is written when it is disposed of. */
export class PcapSink implements PacketSink, Disposable {
  readonly #writer: PcapWriter
  readonly #owned = new DisposableStack()

  constructor(file: string, snaplen: number) {
    const write = file === '-' ? toStdout : this.#openFile(file)
    this.#writer = new PcapWriter(write, { snaplen })
    // A reader at the other end of a pipe learns at once what is coming.
    this.#writer.flush()
  }

  take(memory: Buffer, at: number, length: number, { time, kept }: From): void {
    this.#writer.add(memory, at, length, time, kept)
  }

  pause(): void {
    this.#writer.flush()
  }

  #openFile(file: string): (bytes: Uint8Array) => void {
    const fd = attempt(file, () => openSync(file, 'w'))
    this.#owned.defer(() => closeSync(fd))
    return (bytes) =>
      attempt(file, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      })
  }

  [Symbol.dispose](): void {
    using _ = this.#owned
    this.#writer.flush()
  }
}

/** A copy, since a pipe that is full takes it later. */
const toStdout = (bytes: Uint8Array): void => {
  process.stdout.write(Uint8Array.from(bytes))
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw new UsageError(`cannot write ${file}: ${reasonOf(cause, { ENOENT: 'there is no such directory' })}`, { cause })
  }
}

const secondsText = ({ seconds, nanoseconds }: WallTime): string => `${seconds}.${String(nanoseconds).padStart(9, '0')}`

/** The local time of day. */
function clockText({ seconds, nanoseconds }: WallTime): string {
  const date = new Date(seconds * 1000)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(nanoseconds).padStart(9, '0')}`
}
