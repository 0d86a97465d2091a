import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { EVERYWHERE, readFrame } from '../../../src/emulator/forwarder/frame.ts'
import { framesFor } from '../../../src/emulator/forwarder/frames-for.ts'
import { Histogram } from '../../../src/emulator/forwarder/histogram.ts'
import { Line } from '../../../src/emulator/forwarder/line.ts'
import { FramePool } from '../../../src/emulator/forwarder/pool.ts'
import { Recorder } from '../../../src/emulator/forwarder/recorder.ts'
import { TelemetryReader, TelemetryWriter } from '../../../src/emulator/telemetry/file.ts'
import { ECN, type LinkOptions } from '../../../src/link-model/index.ts'
import { frameOf, internetChecksum } from './frames.ts'

const test = suite('a line of links')
const ms = 1e6
const link = (rate: number, delay: number, more: Partial<LinkOptions> = {}): LinkOptions => ({
  rate: { kind: 'constant', rate },
  delay,
  queue: { kind: 'droptail', limit: { packets: 100 } },
  ...more,
})
const both = (options: LinkOptions) => ({ right: options, left: options })

interface Out {
  segment: number
  at: number
  bytes: Uint8Array
}

/** A line in virtual time, and what comes out of it. */
function lineOf(links: { right: LinkOptions; left: LinkOptions }[], { frames = 64, telemetry }: { frames?: number; telemetry?: TelemetryWriter } = {}) {
  const pool = new FramePool(new Uint8Array(frames * 2048), 2048)
  const recorder = new Recorder(telemetry)
  const out: Out[] = []
  const line = new Line({ links, seed: 1 }, 0, {
    pool,
    recorder,
    exit(packet, segment, at) {
      out.push({ segment, at, bytes: pool.bytes.slice(packet.start, packet.start + packet.size) })
      pool.give(packet)
    },
  })
  const send = (frame: Uint8Array, from: number, target: number, at: number): void => {
    recorder.now = at
    line.advance(at)
    const packet = pool.take()
    if (packet === undefined) throw new Error('no frame is free')
    packet.start = packet.frame * 2048 + 256
    packet.size = frame.length
    packet.target = target
    pool.bytes.set(frame, packet.start)
    readFrame(pool.view, packet.start, packet.size, packet)
    line.enter(packet, from, at)
  }
  const end = (): void => {
    recorder.now = Number.MAX_SAFE_INTEGER
    line.advance(Number.MAX_SAFE_INTEGER)
    recorder.tell()
  }
  return { line, pool, recorder, out, send, end }
}

const frame = (number = 0, ecn: number = ECN.ECT0): Uint8Array => frameOf({ payload: 946, ecn, ports: [number, 1] })

test('packets pass the links between their segment and their target, in turn and both ways', () => {
  const { out, send, end } = lineOf([both(link(8e6, 10 * ms)), both(link(4e6, 5 * ms))])
  const one = frame()
  const [first, second] = [one.length * 1000, one.length * 2000]
  send(one, 0, 2, 0)
  send(one, 0, 1, 100 * ms)
  send(one, 2, 0, 200 * ms)
  send(one, 1, 2, 300 * ms)
  end()
  const told = out.toSorted((a, b) => a.at - b.at).map(({ segment, at }) => [segment, at])
  assert.equal(told, [
    [2, first + 10 * ms + second + 5 * ms],
    [1, 100 * ms + first + 10 * ms],
    [0, 200 * ms + second + 5 * ms + first + 10 * ms],
    [2, 300 * ms + second + 5 * ms],
  ])
})

test('what goes everywhere comes once to each other segment', () => {
  for (const from of [0, 1, 2]) {
    const { out, send, end, pool } = lineOf([both(link(1e9, ms)), both(link(1e9, ms))])
    send(frame(5), from, EVERYWHERE, 0)
    end()
    assert.equal(out.map(({ segment }) => segment).toSorted((a, b) => a - b), [0, 1, 2].filter((segment) => segment !== from))
    for (const { bytes } of out) assert.equal(bytes, frame(5))
    assert.is(pool.free, 64)
  }
})

test('a mark is written into the frame, with its checksum', () => {
  const queue = { kind: 'step', packets: 2, limit: { packets: 100 } } as const
  for (const family of [4, 6] as const) {
    const { out, send, end } = lineOf([both(link(8e6, ms, { queue }))])
    const ects = [ECN.ECT0, ECN.ECT1, ECN.ECT0, ECN.ECT0, ECN.NOT_ECT, ECN.ECT1, ECN.CE]
    for (const ecn of ects) send(frameOf({ family, ecn }), 0, 1, 0)
    end()
    // The first is on the link and the next three find no more than two; of the rest all that can be marked are.
    const left = out.map(({ bytes }) => (family === 4 ? (bytes[15] ?? 0) & 3 : ((bytes[15] ?? 0) >> 4) & 3))
    assert.equal(left, [ECN.ECT0, ECN.ECT1, ECN.ECT0, ECN.ECT0, ECN.NOT_ECT, ECN.CE, ECN.CE])
    if (family === 4) for (const { bytes } of out) assert.is(internetChecksum(bytes.subarray(14, 34)), 0)
  }
})

test('every packet is delivered, dropped or there, and every frame comes back', () => {
  const packets = fc.array(fc.record({ from: fc.nat(2), to: fc.nat(3), wait: fc.nat(2e6), ecn: fc.nat(3) }), { maxLength: 60 })
  fc.assert(
    fc.property(packets, fc.nat(1000), (all, loss) => {
      const options = link(20e6, 3 * ms, {
        jitter: 2 * ms,
        loss: { kind: 'independent', probability: loss / 1000 },
        duplicate: 0.2,
        queue: { kind: 'codel', limit: { packets: 3 }, ecn: true },
      })
      const { line, out, send, end, pool } = lineOf([both(options), both(options)], { frames: 400 })
      let at = 0
      for (const { from, to, wait, ecn } of all) {
        at += wait
        if (from !== to) send(frame(at, ecn), from, to === 3 ? EVERYWHERE : to, at)
      }
      end()
      for (const { arrived, duplicated, delivered, dropped, packets: there } of line.statistics) {
        assert.is(there, 0)
        assert.is(arrived + duplicated, delivered + Object.values(dropped).reduce((sum, count) => sum + count, 0))
      }
      assert.is(pool.free, 400)
      assert.ok(out.every(({ segment }) => segment >= 0 && segment <= 2))
    }),
  )
})

test('without a free frame a copy is not made, and that is counted', () => {
  const { out, send, end, recorder } = lineOf([both(link(1e9, 0)), both(link(1e9, 0))], { frames: 1 })
  send(frame(), 1, EVERYWHERE, 0)
  end()
  assert.equal([out.length, recorder.lapses['no-frame']], [1, 1])
})

test('telemetry tells of each packet at each link what the link did', () => {
  using telemetry = new TelemetryWriter({ packets: 4096 })
  using reader = new TelemetryReader(telemetry.path)
  const queue = { kind: 'step', packets: 0, limit: { packets: 2 } } as const
  const { send, end } = lineOf([both(link(8e6, ms, { queue })), both(link(1e9, ms))], { telemetry })
  const size = frame().length
  for (const number of [1, 2, 3, 4]) send(frame(number), 0, 2, 0)
  send(frame(5, ECN.NOT_ECT), 0, 2, 9 * ms)
  end()
  const { count, columns } = reader.packets()
  const rows = Array.from({ length: count }, (_, row) => {
    const at = columns.leftAt[row] ?? 0
    return { at, row: [columns.link, columns.fate, columns.packetsAhead, columns.bytesAhead, columns.mark, columns.ecnArrived, columns.ecnLeft].map((column) => column[row]) }
  })
  const ofLink = (number: number) => rows.filter(({ row }) => row[0] === number).toSorted((a, b) => a.at - b.at).map(({ row }) => row)
  assert.equal(ofLink(0), [
    [0, 3, 2, 2 * size, 0, 2, 2],
    [0, 0, 0, 0, 0, 2, 2],
    [0, 0, 0, 0, 0, 2, 2],
    [0, 0, 1, size, 1, 2, 3],
    [0, 0, 0, 0, 0, 0, 0],
  ])
  assert.equal(ofLink(1), [2, 2, 3, 0].map((ecn) => [1, 0, 0, 0, 0, ecn, ecn]))
  assert.equal([...columns.arrivedAt].filter((at) => at === 0).length, 4)
  assert.ok(columns.leftAt.includes(size * 1000 + ms))
  assert.is(new Set(columns.flow).size, 5)
})

test('a rate that is set takes hold at once, and a link that is not there is refused', () => {
  const { line, out, send, end } = lineOf([both(link(8e6, 0))])
  send(frame(), 0, 1, 0)
  line.set({ link: 0, direction: 'right' }, { rate: { kind: 'constant', rate: 80e6 }, delay: 3 * ms }, 0.5 * ms)
  end()
  assert.is(out[0]?.at, 0.5 * ms + (frame().length - 500) * 100 + 3 * ms)
  assert.throws(
    () => line.set({ link: 1, direction: 'left' }, {}, 9e9),
    (error: unknown) => error instanceof UsageError && error.message.includes('there are 0 to 0'),
  )
})

test('directions of a link draw numbers of their own, and the same for the same seed', () => {
  const losses = (from: number, to: number): boolean[] => {
    const { out, send, end } = lineOf([both(link(1e9, 0, { loss: { kind: 'independent', probability: 0.5 } }))])
    for (let number = 0; number < 200; number += 1) send(frame(number), from, to, number * ms)
    end()
    const came = new Set(out.map(({ at }) => Math.floor(at / ms)))
    return Array.from({ length: 200 }, (_, number) => came.has(number))
  }
  assert.equal(losses(0, 1), losses(0, 1))
  assert.not.equal(losses(0, 1), losses(1, 0))
})

test('how many frames a path takes', () => {
  // 100 Mb/s × 10 ms is 125,000 bytes: 83 full frames; and one that is being sent, and one that comes before another goes.
  const one = link(100e6, 10 * ms)
  assert.is(framesFor([both(one)]), 2 * (100 + 83 + 2) + 2 * 256)
  const steps = link(0, 10 * ms, { rate: { kind: 'steps', steps: [{ at: 0, rate: 0 }, { at: 1, rate: 100e6 }] } })
  assert.is(framesFor([{ right: steps, left: one }]), framesFor([both(one)]))
  const bytes = link(100e6, 10 * ms, { queue: { kind: 'codel', limit: { bytes: 151_400 } } })
  assert.is(framesFor([both(bytes)]), framesFor([both(one)]))
  assert.ok(framesFor([both(one)], 2, 9014) < framesFor([both(one)]))
  for (const rate of [0, 1e15, Infinity]) assert.ok(Number.isSafeInteger(framesFor([both(link(rate, 0))])), `${rate}`)
  assert.is(framesFor([both(link(Infinity, ms))]), framesFor([both(link(1e10, ms))]))
  assert.throws(() => framesFor([both(link(1, 1, { queue: { kind: 'codel', limit: {} } }))]), (error: unknown) => error instanceof UsageError)
})

test('percentiles of a histogram are at most a quarter too large', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 50 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const histogram = new Histogram()
      for (const value of values) histogram.add(value)
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
      const told = histogram.percentile(share)
      assert.ok(told >= exact && told <= Math.max(exact * 1.25, exact + 1), `${told} for ${exact}`)
      assert.is(histogram.max, Math.max(...values))
    }),
  )
  const empty = new Histogram()
  assert.equal([empty.percentile(0.5), empty.max, empty.count], [0, 0, 0])
})

test.run()
