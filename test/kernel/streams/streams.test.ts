import { once } from 'node:events'
import { cpus } from 'node:os'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedObject } from '../../../src/loader/index.ts'
import { openPerfBuffer, openRingBuffer, openUserRingBuffer } from '../../../src/streams/index.ts'
import type { Production } from '../../fixtures/streams/producer.ts'
import { needs, suite } from '../../support/needs.ts'
import { until as patiently } from '../../support/until.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('streams', [needs.root, needs.structOps, needs.clang])

interface Event {
  sequence: bigint
  time: bigint
  cpu: number
  kind: number
  value: number
  name: string
  numbers: number[]
}

const handleOf = (loaded: LoadedObject, program: string) => {
  const found = loaded.programs.get(program)
  if (found === undefined) throw new Error(`no program ${program}`)
  return found.handle
}

/** Has the program send so many events, before this returns. */
const produce = (target: LinuxTarget, loaded: LoadedObject, count: number, program = 'produce') => {
  const context = program === 'produce_perf' ? new Uint8Array(16) : new Uint8Array(Uint32Array.of(count).buffer)
  return target.testRun(handleOf(loaded, program), { context }).returned
}

const number = (loaded: LoadedObject, name: string) => Number(loaded.variable<bigint>(name).get())

const until = (condition: () => boolean) => patiently(condition, 'what was sent has come')

/** Has this thread run on these processors. */
const runOn = (list: string) => execa('taskset', ['--pid', '--cpu-list', list, String(process.pid)])

async function withObject(action: (target: LinuxTarget, loaded: LoadedObject) => Promise<void>): Promise<void> {
  const object = await openFixture('streams')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    await action(target, loaded)
  })
}

test('a callback gets every event of a ring buffer once, in order, but for those that were discarded', async () => {
  await withObject(async (target, loaded) => {
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event', lost: 'dropped' })
    const events: Event[] = []
    const reading = stream.listen((event) => events.push(event))
    produce(target, loaded, 1001)
    await until(() => events.length === 1000)
    produce(target, loaded, 2)
    await until(() => events.length === 1002)
    const [first] = events
    assert.equal({ ...first, time: 0n, cpu: 0 }, {
      sequence: 0n,
      time: 0n,
      cpu: 0,
      kind: 0,
      value: 0,
      name: 'event',
      numbers: [0, 0, 0, 0, 0, 0, 0, 0xffff_ffff],
    })
    assert.ok((first?.time ?? 0n) > 0n)
    assert.is(events[999]?.sequence, 1000n)
    assert.equal(events.map(({ sequence }) => Number(sequence)), Array.from({ length: 1003 }, (_, at) => at).filter((at) => at !== 999))
    assert.is(stream.lost, 0)
    stream[Symbol.dispose]()
    await reading
    assert.ok(stream.closed)
  })
})

test('a loop over the events, left and taken up again, misses none', async () => {
  await withObject(async (target, loaded) => {
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    produce(target, loaded, 900)
    const seen: number[] = []
    for await (const { sequence } of stream) {
      seen.push(Number(sequence))
      if (seen.length === 10) break
    }
    for await (const batch of stream.batches()) {
      assert.ok(batch.length > 0)
      seen.push(...batch.map(({ sequence }) => Number(sequence)))
      if (seen.length >= 500) break
    }
    setTimeout(() => produce(target, loaded, 50), 20)
    for await (const { sequence } of stream) {
      seen.push(Number(sequence))
      if (seen.length === 950) break
    }
    assert.equal(seen, Array.from({ length: 950 }, (_, at) => at))
  })
})

test('a stream that is disposed of ends its loop, also from inside, and cannot be read again', async () => {
  await withObject(async (target, loaded) => {
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    setTimeout(() => stream[Symbol.dispose](), 30)
    for await (const event of stream) assert.unreachable(String(event.sequence))
    await stream.listen(() => {}).then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), /read after it was closed/),
    )
    const inner = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    produce(target, loaded, 100)
    let count = 0
    await inner.listen(() => {
      count += 1
      if (count === 7) inner[Symbol.dispose]()
    })
    assert.is(count, 7)
    // The other events are still in the buffer, for the next reader.
    using last = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    for await (const { sequence } of last) {
      assert.is(sequence, 7n)
      break
    }
  })
})

test('what a callback throws ends the stream, and is what the reader gets', async () => {
  await withObject(async (target, loaded) => {
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    produce(target, loaded, 10)
    const reading = stream.listen(() => {
      throw new Error('no more')
    })
    await reading.then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), /no more/),
    )
    assert.ok(stream.closed)
  })
})

test('a paused stream leaves events where they are; those without room are counted and told', async () => {
  await withObject(async (target, loaded) => {
    const told: number[] = []
    using stream = openRingBuffer<{ length: number; text: string }>(loaded, 'small', {
      type: 'message',
      lost: 'dropped_small',
      onLost: (count) => told.push(count),
    })
    const messages: { length: number; text: string }[] = []
    const reading = stream.listen((message) => {
      messages.push(message)
      if (messages.length === 5) stream.pause()
    })
    produce(target, loaded, 20, 'produce_small')
    await until(() => messages.length === 5)
    produce(target, loaded, 1000, 'produce_small')
    await sleep(20)
    assert.is(messages.length, 5)
    assert.ok(stream.lost > 800 && stream.lost === number(loaded, 'dropped_small'))
    stream.resume()
    await until(() => messages.length + stream.lost === 1020)
    assert.is(told.reduce((sum, count) => sum + count), stream.lost)
    const whole = 'message of any length'
    for (const [at, { length, text }] of messages.slice(0, 20).entries()) {
      assert.is(length, at)
      assert.is(text, whole.slice(0, 1 + (at & 15)))
    }
    stream[Symbol.dispose]()
    await reading
  })
})

test('events without a type are bytes', async () => {
  await withObject(async (target, loaded) => {
    using stream = openRingBuffer<Uint8Array>(loaded, 'small')
    produce(target, loaded, 2, 'produce_small')
    for await (const [first, second] of stream.batches()) {
      assert.equal(Buffer.from(first ?? []), Buffer.from('\0\0\0\0m'))
      assert.equal(Buffer.from(second ?? []), Buffer.from('\x01\0\0\0me'))
      break
    }
  })
})

test('half a million events from another thread: all are told or counted, and timers still run', async () => {
  await withObject(async (_, loaded) => {
    const runs = 250
    const production: Production = { program: handleOf(loaded, 'produce').number, count: 2000, runs, pauseMs: 4 }
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event', lost: 'dropped' })
    let count = 0
    let gaps = 0
    let next = 0n
    const reading = stream.listen(({ sequence }) => {
      count += 1
      // Every 1000th is discarded.
      if (sequence !== next) gaps += 1
      next = sequence % 1000n === 998n ? sequence + 2n : sequence + 1n
    })
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    const worker = new Worker(new URL('../../fixtures/streams/producer.ts', import.meta.url), { workerData: production })
    await once(worker, 'exit')
    // On a machine that is busy otherwise some may find no room; those are counted, and no other is missing.
    const written = number(loaded, 'sequence')
    assert.is(written + stream.lost, runs * 2000)
    await until(() => count === written - Math.floor(written / 1000))
    clearInterval(timer)
    assert.is(gaps, 0)
    // A busy machine may stop the whole process for a while, the stream alone does not.
    assert.ok(longest < 500, `${longest} ms without a turn`)
    stream[Symbol.dispose]()
    await reading
  })
})

test('a perf buffer gives every event, and counts what found no room', async () => {
  await withObject(async (target, loaded) => {
    const told: number[] = []
    using stream = openPerfBuffer<Event>(loaded, 'per_cpu', { type: 'event', size: 1 << 16, onLost: (count) => told.push(count) })
    const events: Event[] = []
    const reading = stream.listen((event) => events.push(event))
    produce(target, loaded, 100, 'produce_perf')
    await until(() => events.length === 100)
    for (let round = 0; round < 20; round += 1) {
      produce(target, loaded, 100, 'produce_perf')
      await until(() => events.length === 200 + round * 100)
    }
    assert.equal(events.map(({ sequence }) => Number(sequence)), events.map((_, at) => at))
    assert.is(events[77]?.name, 'event')

    stream.pause()
    for (let round = 0; round < 40; round += 1) produce(target, loaded, 100, 'produce_perf')
    const failed = number(loaded, 'perf_failed')
    assert.ok(failed > 1000)
    stream.resume()
    await until(() => events.length === 2100 + 4000 - failed)
    // The kernel says what it lost before the next event of the same CPU, and none of them may be where this happens to run.
    for (const cpu of cpus().keys()) {
      await runOn(String(cpu))
      produce(target, loaded, 100, 'produce_perf')
    }
    await runOn(`0-${cpus().length - 1}`)
    await until(() => stream.lost === failed)
    assert.is(stream.lost, failed)
    assert.is(told.reduce((sum, count) => sum + count), failed)
    stream[Symbol.dispose]()
    await reading
  })
})

test('a program reads what is written into a user ring buffer', async () => {
  await withObject(async (target, loaded) => {
    using ring = openUserRingBuffer(loaded, 'commands', { type: 'event' })
    let sum = 0
    let records = 0
    for (let round = 0; round < 10; round += 1) {
      // 72 bytes a record with its header: 56 of them fill 4096 bytes.
      while (ring.send({ sequence: BigInt(records), value: round, numbers: [0, 0, 0, 0, 0, 0, 0, 3] })) {
        sum += records + round + 3
        records += 1
      }
      assert.is(records, (round + 1) * 56)
      assert.ok(ring.room < 64)
      assert.is(produce(target, loaded, 0, 'consume'), 56)
      assert.is(number(loaded, 'records'), records)
      assert.is(number(loaded, 'sum'), sum)
    }
    assert.throws(() => ring.send({ kind: 16 }), (error: unknown) => error instanceof UsageError && error.message.startsWith('record.kind: '))
    ring[Symbol.dispose]()
    assert.throws(() => ring.send({}), /used after it was closed/)
  })
})

test('a user ring buffer that is full takes not even an empty record', async () => {
  await withObject(async (_, loaded) => {
    using ring = openUserRingBuffer(loaded, 'commands')
    let records = 0
    while (ring.send(new Uint8Array(8))) records += 1
    assert.equal([records, ring.room], [256, 0])
    assert.not.ok(ring.send(new Uint8Array()))
  })
})

test('maps of other types, unknown types and second readers are refused', async () => {
  await withObject(async (_, loaded) => {
    const refused = (pattern: RegExp) => (error: unknown) => error instanceof UsageError && pattern.test(error.message)
    assert.throws(() => openRingBuffer(loaded, 'per_cpu'), refused(/of type 4, and not of the type 27/))
    assert.throws(() => openRingBuffer(loaded, 'evnts'), refused(/no map "evnts"/))
    assert.throws(() => openRingBuffer(loaded, 'events', { type: 'evnt' }), refused(/no type "evnt"/))
    assert.throws(() => openPerfBuffer(loaded, 'per_cpu', { size: 5000 }), refused(/power of two/))
    using stream = openRingBuffer<Event>(loaded, 'events', { type: 'event' })
    const reading = stream.listen(() => {})
    await stream.listen(() => {}).then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), /being read already/),
    )
    await turn()
    // The object may go first: the stream has its own hold on the map.
    loaded[Symbol.dispose]()
    await sleep(10)
    stream[Symbol.dispose]()
    await reading
  })
})

test.run()
