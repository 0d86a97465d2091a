import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { load, type LoadedObject, openObject } from '../../src/loader/index.ts'
import { openRingBuffer } from '../../src/streams/index.ts'
import type { Production } from '../../test/fixtures/streams/producer.ts'
import { compileFixture } from '../../test/support/compile.ts'
import { libbpf } from '../../test/support/libbpf.ts'
import { type Bench, timed } from '../pairs.ts'

interface Event {
  sequence: bigint
  value: number
}

const events = 200_000
/** Every 1000th is discarded by the program. */
const kept = (events * 999) / 1000

async function streamsObject(target: LinuxTarget): Promise<LoadedObject> {
  return load(openObject(readFileSync(await compileFixture('streams')), 'streams.bpf.o'), target)
}

const programOf = (loaded: LoadedObject) => {
  const program = loaded.programs.get('produce')
  if (program === undefined) throw new Error('no program "produce"')
  return program.handle
}

/**
 * Reads events of 64 bytes that wait in a ring buffer. ccdk decodes each into an object of seven members, one of them
 * an array; libbpf hands each to a C function that does nothing.
 */
export async function ringBuffer(): Promise<Bench> {
  const lib = libbpf()
  const target = new LinuxTarget()
  const [own, theirs] = [await streamsObject(target), await streamsObject(target)]
  const count = new Uint8Array(Uint32Array.of(events).buffer)
  const stream = openRingBuffer<Event>(own, 'events', { type: 'event' })
  const seen = { events: 0 }
  const reading = stream.listen(({ value }) => {
    seen.events += value >= 0 ? 1 : 0
  })
  // abs(NULL) is 0, which asks for the next one.
  const buffer = lib.openRingBuffer(theirs.maps.get('events')?.handle.number ?? -1, lib.symbol(null, 'abs'), null, null)
  return {
    title: `Read ${events} events of 64 bytes from a ring buffer`,
    ours: {
      name: 'ccdk, decoded',
      run: async () => {
        seen.events = 0
        target.testRun(programOf(own), { context: count })
        const start = performance.now()
        while (seen.events < kept) await turn()
        return performance.now() - start
      },
    },
    peer: {
      name: 'libbpf 1.1, C callback',
      run: () => {
        target.testRun(programOf(theirs), { context: count })
        return timed(() => {
          const consumed = lib.consume(buffer)
          if (consumed < kept) throw new Error(`libbpf consumed ${consumed} events`)
        })
      },
    },
    [Symbol.dispose]: () => {
      lib.freeRingBuffer(buffer)
      stream[Symbol.dispose]()
      void reading
      for (const resource of [own, theirs, target]) resource[Symbol.dispose]()
    },
  }
}

/** Events that another thread produces while they are read, decoded: how many a second, and how many were lost. */
export async function ringBufferLive(): Promise<string> {
  using target = new LinuxTarget()
  using loaded = await streamsObject(target)
  using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event', lost: 'dropped' })
  let read = 0
  const reading = stream.listen(({ value }) => {
    read += value >= 0 ? 1 : 0
  })
  const runs = 1500
  const production: Production = { program: programOf(loaded).number, count: 2000, runs, pauseMs: 1.6 }
  const start = performance.now()
  const worker = new Worker(new URL('../../test/fixtures/streams/producer.ts', import.meta.url), { workerData: production })
  await once(worker, 'online')
  await once(worker, 'exit')
  const written = Number(loaded.variable<bigint>('sequence').get())
  while (read < written - Math.floor(written / 1000)) await turn()
  const seconds = (performance.now() - start) / 1000
  stream[Symbol.dispose]()
  await reading
  const rate = ((runs * 2000) / seconds / 1e6).toFixed(2)
  return `Read events of 64 bytes while they are produced\n  ccdk, decoded            ${rate} M/s, ${stream.lost} of ${runs * 2000} lost\n`
}
