import { readFileSync } from 'node:fs'
import { Interfaces, openNamespace, unshareNetwork } from '../../../src/kernel/index.ts'
import type { Umem, XskSocket } from '../../../src/xsk/index.ts'
import { needs } from '../../support/needs.ts'

/**
 * Takes the process into a network namespace of its own, with pairs of interfaces that are joined by a wire and up:
 * `a0` and `b0`, `a1` and `b1`. Where root is missing nothing is done: the tests are skipped.
 */
export function enterWires({ wires = 1, queues = 1, mtu = 1500 }: { wires?: number; queues?: number; mtu?: number } = {}): void {
  if (needs.root.missing() !== undefined) return
  const namespace = unshareNetwork()
  // No router solicitations and their like: packets are only those of the test.
  namespace.setSysctl('net.ipv6.conf.default.disable_ipv6', '1')
  using here = openNamespace('/proc/thread-self/ns/net')
  using interfaces = new Interfaces()
  for (let wire = 0; wire < wires; wire += 1) {
    interfaces.createVeth({ name: `a${wire}`, index: 10 + 2 * wire, queues }, { name: `b${wire}`, index: 11 + 2 * wire, namespace: here, queues }, mtu)
    interfaces.bringUp(`a${wire}`)
    interfaces.bringUp(`b${wire}`)
  }
}

/** What the kernel has counted at an interface of the own namespace. */
export function interfaceCounters(name: string): { received: number; sent: number; dropped: number } {
  const line = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').find((one) => one.trimStart().startsWith(`${name}:`)) ?? ''
  const counts = line.trim().split(/[:\s]+/).slice(1).map(Number)
  // Bytes, packets, errors and drops of both directions, and four others between them.
  const [, received = 0, , receiveDrops = 0, , , , , , sent = 0, , sendDrops = 0] = counts
  return { received, sent, dropped: receiveDrops + sendDrops }
}

/** Bytes of a packet of the tests, and where its sequence number and its checksum are: as in fixtures/xsk/peer.c. */
export const packetLength = 64
const first = 4
const last = packetLength / 4 - 1

const mixed = (sequence: number, word: number): number => Math.imul(sequence ^ word, 0x9e37_79b1)

/** Packets with a sequence number, numbers that follow from it, and a checksum, in the memory of a umem. */
export class Packets {
  readonly #words: Int32Array

  constructor({ bytes }: Umem) {
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  }

  /** To everybody, of a local experimental type. */
  write(address: number, sequence: number): void {
    const words = this.#words
    const at = address >> 2
    let sum = sequence
    words[at] = -1
    words[at + 1] = 0x0202_ffff
    words[at + 2] = 0x0202_0202
    words[at + 3] = 0xb588
    words[at + first] = sequence
    for (let word = first + 1; word < last; word += 1) {
      const value = mixed(sequence, word)
      words[at + word] = value
      sum = (sum + value) | 0
    }
    words[at + last] = sum
  }

  isRight(address: number, length: number, sequence: number): boolean {
    const words = this.#words
    const at = address >> 2
    let sum = sequence | 0
    let different = (words[at + first] ?? 0) ^ sequence
    for (let word = first + 1; word < last; word += 1) {
      const value = words[at + word] ?? 0
      different |= value ^ mixed(sequence, word)
      sum = (sum + value) | 0
    }
    return length === packetLength && different === 0 && words[at + last] === sum
  }
}

/** Frames of a umem that nobody has. */
export class FreeFrames {
  readonly #addresses: Uint32Array
  count = 0

  constructor({ frames, frameSize }: Umem, from = 0, to = frames) {
    this.#addresses = new Uint32Array(frames)
    for (let frame = from; frame < to; frame += 1) this.put(frame * frameSize)
  }

  put(address: number): void {
    this.#addresses[this.count] = address
    this.count += 1
  }

  take(): number {
    this.count -= 1
    return this.#addresses[this.count] ?? Number.NaN
  }
}

/** Puts frames into a fill ring, the first one's number and how many. */
export function fillUp({ fill, umem }: XskSocket, firstFrame: number, count: number): void {
  for (let frame = firstFrame; frame < firstFrame + count; frame += 1) fill.push(frame * umem.frameSize)
  fill.submit()
}

/** Sends up to `wanted` packets, as many as there are frames for. Returns how many. */
export function sendSome(socket: XskSocket, packets: Packets, free: FreeFrames, wanted: number, sequence: number): number {
  const { tx, completion } = socket
  const count = wanted < free.count ? wanted : free.count
  if (count > 0 && tx.reserve(count) === count) {
    for (let k = 0; k < count; k += 1) {
      const address = free.take()
      packets.write(address, sequence + k)
      tx.set(k, address, packetLength)
    }
    tx.submit()
  }
  socket.flush()
  const done = completion.peek(completion.size)
  for (let k = 0; k < done; k += 1) free.put(completion.address(k))
  completion.release()
  return count
}

/** Packets that came, and how many of them were not as they were sent. */
export interface Received {
  count: number
  wrong: number
}

/** Receives up to a batch, checks it, and gives the frames back to the fill ring. */
export function receiveSome({ rx, fill, umem }: XskSocket, packets: Packets, batch: number, received: Received): void {
  const count = rx.peek(batch)
  if (count === 0) return
  if (fill.reserve(count) !== count) throw new Error('the fill ring has no room for the frames that it had')
  for (let k = 0; k < count; k += 1) {
    const address = rx.address(k)
    if (!packets.isRight(address, rx.length(k), received.count + k)) received.wrong += 1
    fill.set(k, umem.frameOf(address))
  }
  fill.submit()
  rx.release()
  received.count += count
}

/** Sends packets from one socket to another of the same umem, in one loop. The fill ring of `to` has its frames already. */
export function pass(from: XskSocket, to: XskSocket, { count, batch, free }: { count: number; batch: number; free: FreeFrames }): Received {
  const packets = new Packets(from.umem)
  const received: Received = { count: 0, wrong: 0 }
  let sent = 0
  let idle = 0
  while (received.count < count && idle < 1_000_000) {
    const before = received.count
    sent += sendSome(from, packets, free, Math.min(batch, count - sent), sent)
    receiveSome(to, packets, batch, received)
    idle = received.count === before ? idle + 1 : 0
  }
  return received
}
