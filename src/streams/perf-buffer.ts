import { Mapping, openBpfOutput } from '../kernel/index.ts'
import type { Handle, Target } from '../loader/index.ts'
import type { Decoder, Source } from './source.ts'

// ABI: struct perf_event_mmap_page and struct perf_event_header, linux/perf_event.h.
const headAt = 1024
const tailAt = 1032
const recordHeader = 8
const PERF_RECORD_LOST = 2
const PERF_RECORD_SAMPLE = 9

/** The buffers of all CPUs that are online. */
export class PerfBufferSource<E> implements Source<E> {
  readonly edge = true
  readonly what: string
  readonly handles: readonly Handle[]
  readonly #cpus: readonly CpuBuffer<E>[]
  readonly #owned: DisposableStack
  #lost = 0
  #turn = 0

  constructor(target: Target, map: Handle, { what, size, decoder }: { what: string; size: number; decoder: Decoder<E> }) {
    using undo = new DisposableStack()
    const handles: Handle[] = []
    const cpus: CpuBuffer<E>[] = []
    const countLost = (count: number) => {
      this.#lost += count
    }
    for (let cpu = 0; cpu < target.possibleCpus(); cpu += 1) {
      const event = openBpfOutput(cpu)
      if (event === undefined) continue
      undo.use(event)
      const mapping = undo.use(new Mapping(event.number, target.pageSize + size, what, { shared: true, writable: true }))
      const key = new Uint8Array(Uint32Array.of(cpu).buffer)
      target.update(map, key, new Uint8Array(Uint32Array.of(event.number).buffer))
      handles.push(event)
      cpus.push(new CpuBuffer(mapping, target.pageSize, size, decoder, countLost))
    }
    this.what = what
    this.handles = handles
    this.#cpus = cpus
    this.#owned = undo.move()
  }

  lost(): number {
    return this.#lost
  }

  /** Each CPU comes first in its turn, so that a busy one does not hold up the others. */
  drain(limit: number, take: (event: E) => boolean): number {
    const first = this.#turn % this.#cpus.length
    this.#turn += 1
    let left = limit
    for (const buffer of [...this.#cpus.slice(first), ...this.#cpus.slice(0, first)]) {
      const { taken, stopped } = buffer.drain(left, take)
      left -= taken
      if (stopped || left === 0) break
    }
    return limit - left
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

class CpuBuffer<E> {
  readonly #head: BigUint64Array
  readonly #tail: BigUint64Array
  readonly #data: DataView
  readonly #bytes: Uint8Array
  readonly #size: number
  readonly #decoder: Decoder<E>
  readonly #countLost: (count: number) => void
  #position: number

  constructor(mapping: Mapping, page: number, size: number, decoder: Decoder<E>, countLost: (count: number) => void) {
    const { buffer } = mapping.bytes
    this.#head = new BigUint64Array(buffer, headAt, 1)
    this.#tail = new BigUint64Array(buffer, tailAt, 1)
    this.#data = new DataView(buffer, page, size)
    this.#bytes = new Uint8Array(buffer, page, size)
    this.#size = size
    this.#decoder = decoder
    this.#countLost = countLost
    this.#position = Number(Atomics.load(this.#tail, 0))
  }

  drain(limit: number, take: (event: E) => boolean): { taken: number; stopped: boolean } {
    const end = Number(Atomics.load(this.#head, 0))
    const start = this.#position
    let taken = 0
    let going = true
    try {
      while (this.#position < end && taken < limit && going) {
        const at = this.#position % this.#size
        // ABI: u32 type, u16 misc, u16 size. Records begin at multiples of 8, so that a header is never cut.
        const type = this.#data.getUint32(at, true)
        const size = this.#data.getUint16(at + 6, true)
        if (size < recordHeader) throw new Error(`a record of ${size} bytes in a perf buffer`)
        this.#position += size
        const { view, offset } = this.#whole(at, size)
        if (type === PERF_RECORD_SAMPLE) {
          // ABI: with PERF_SAMPLE_RAW alone it is a u32 length and as many bytes, the last of which fill up to 8.
          taken += 1
          going = take(this.#decoder.decode(view, offset + recordHeader + 4, view.getUint32(offset + recordHeader, true)))
        } else if (type === PERF_RECORD_LOST) {
          // ABI: u64 id, u64 lost.
          this.#countLost(Number(view.getBigUint64(offset + recordHeader + 8, true)))
        }
      }
    } finally {
      if (this.#position !== start) Atomics.store(this.#tail, 0, BigInt(this.#position))
    }
    return { taken, stopped: !going }
  }

  /** A record in one piece: one that goes on at the start of the buffer is put together. */
  #whole(at: number, size: number): { view: DataView; offset: number } {
    if (at + size <= this.#size) return { view: this.#data, offset: at }
    const copy = new Uint8Array(size)
    copy.set(this.#bytes.subarray(at))
    copy.set(this.#bytes.subarray(0, at + size - this.#size), this.#size - at)
    return { view: new DataView(copy.buffer), offset: 0 }
  }
}
