import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import { FlowHistory } from '../../../src/monitor/flow/history.ts'
import { RecordingWriter, type Snapshot, type SocketView } from '../../../src/monitor/index.ts'
import { encodeRecord, headline } from '../../../src/monitor/recording/format.ts'
import { Recording, Replay } from '../../../src/monitor/replay/index.ts'
import { snapshot } from '../../support/snapshot.ts'
import { socketView } from '../../support/socket-view.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('recordings')

/** Longer than a group of records. */
const seen = Array.from({ length: 70 }, (_, index) =>
  snapshot({
    time: new Date(1.79e12 + 250 * index).toISOString(),
    seconds: 0.25,
    sockets: { total: 5, matching: 2, from: 0, rows: [socketView({ cwnd: index }), socketView({ cookie: '2', congestion: 'cubic', cwnd: null })] },
    events: [{ at: '2026-01-01T00:00:00.000Z', kind: 'printk', text: `line ${index}\n"µ"` }],
  }),
)

function record(snapshots: readonly Snapshot[]): Buffer {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'recording')
  using writer = new RecordingWriter(file)
  for (const each of snapshots) writer.add(each)
  return readFileSync(file)
}

const bytes = record(seen)
const all = (recording: Recording): Snapshot[] => Array.from({ length: recording.length }, (_, index) => recording.at(index))

test('what was recorded is what is read', () => {
  const recording = new Recording(bytes, 'file')
  assert.equal(all(recording), seen)
  assert.equal(recording.damage, [])
  // Two groups, of which each next record is small.
  assert.ok(bytes.length < 70 * 250, `${bytes.length} bytes`)
})

test('a file that was cut shows what is whole, and says that it was cut', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) => {
      const read = attempt(bytes.subarray(0, length))
      if (read === undefined) return
      assert.equal(all(read), seen.slice(0, read.length))
      assert.ok(read.length < seen.length)
    }),
  )
})

test('damage takes away a record or its group, never more, and nothing is shown that was not recorded', () => {
  const texts = new Set(seen.map((each) => JSON.stringify(each)))
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ change
      const read = attempt(changed)
      if (read === undefined) return
      assert.ok(read.damage.length > 0)
      assert.ok(read.length >= seen.length - 64 && read.length < seen.length)
      for (const each of all(read)) assert.ok(texts.has(JSON.stringify(each)))
    }),
    { numRuns: 50 },
  )
})

test('other files are no recordings', () => {
  for (const other of [Buffer.of(), Buffer.from('{"schemaVersion":1}'), bytes.subarray(0, 17), record([])]) assert.is(attempt(other), undefined)
})

/** Undefined for an error that says what is wrong. */
function attempt(file: Uint8Array): Recording | undefined {
  try {
    return new Recording(file, 'file')
  } catch (error) {
    assert.instance(error, ObjectError)
    return undefined
  }
}

test('a snapshot in one line is read, and one whose sockets are none is told when it is looked at, not when it is passed', () => {
  const texts = [JSON.stringify(seen[0]), `${JSON.stringify(seen[1])}\n[{"cookie":"x"}]`, `${JSON.stringify(seen[2])}\n[`]
  const recording = new Recording(Buffer.concat([headline, ...texts.map((text) => encodeRecord(Buffer.from(text)).record)]), 'file')
  assert.equal(recording.at(0), seen[0])
  for (const [index, words] of [[1, /sockets\/rows\/0\/cookie/], [2, /a snapshot: .*JSON/]] as const) {
    assert.equal(recording.past(index)?.events, seen[index]?.events)
    assert.is(recording.tryAt(index), null)
    assert.throws(() => recording.at(index), (error: unknown) => error instanceof ObjectError && words.test(error.message))
  }
})

test('a socket has ends and a state as the kernel tells them, and nothing that a terminal would obey', () => {
  const read = (facts: Partial<SocketView>): Snapshot => new Recording(record([snapshot({ sockets: { total: 1, matching: 1, from: 0, rows: [socketView(facts)] } })]), 'file').at(0)
  for (const end of ['0.0.0.0:0', '[::]:65535', '[::ffff:192.0.2.1]:443', '[2001:db8:0:1:1:1:1:1]:40000']) assert.is(read({ local: end, remote: end }).sockets.rows[0]?.local, end)
  for (const facts of [{ local: '\u001B[2J:1' }, { remote: '[::1\u001B]0;x\u0007]:1' }, { remote: '192.0.2.1' }, { state: '\u001B[31m' }, { state: 'SLEEPING' }]) {
    assert.throws(() => read(facts), (error: unknown) => error instanceof ObjectError)
  }
})

test('a flow from before its looks were timed ends with its last ACK', () => {
  const none = { cwnd: [1, 2], ssthresh: [null, null], srttUs: [1, 1], deliveryRate: [1, 1], pacingRate: [null, null], inFlight: [1, 1], dropped: 0 }
  const text = JSON.stringify({ ...seen[0], looked: { variables: [], flows: [{ cookie: '1', time: [5, 9], ...none }] } })
  using replay = new Replay(new Recording(Buffer.concat([headline, encodeRecord(Buffer.from(text)).record]), 'file'))
  replay.look()
  assert.equal([replay.flow('1').now, replay.flow('1').cwnd], [9, [1, 2]])
})

test('what was looked at is kept beside the snapshots, and of a flow each point once', () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'recording')
  const variables = [{ mapId: 7, values: [{ section: '.bss', name: 'losses', type: '__u64', value: '5', writable: true }] }]
  const flow = new FlowHistory('1')
  using writer = new RecordingWriter(file)
  for (const [index, each] of seen.entries()) {
    for (const time of [2 * index, 2 * index + 1]) flow.add({ time, cwnd: time, ssthresh: null, srttUs: 5, deliveryRate: 6, pacingRate: null, inFlight: 7 })
    if (index < 10) writer.add(each)
    else writer.add(each, { variables, flows: [flow] })
  }
  const recording = new Recording(readFileSync(file), 'file')
  assert.equal(all(recording), seen)
  assert.equal([recording.looked(9), recording.looked(10).variables], [{ variables: [], flows: [] }, variables])
  assert.equal([10, 11].map((index) => recording.looked(index).flows[0]?.time.length), [22, 2])
  using replay = new Replay(recording)
  replay.seek(20)
  replay.look()
  assert.equal(replay.variables(7), variables[0]?.values)
  assert.equal(replay.variables(8), [])
  assert.equal(replay.flow('1').cwnd, Array.from({ length: 42 }, (_, index) => index))
  replay.seek(5)
  replay.look()
  assert.equal([replay.variables(7), replay.flow('1').cwnd], [[], [0, 1, 2, 3, 4, 5]])
})

test('a replay looks at one after the other, filters, and follows a connection', () => {
  using replay = new Replay(new Recording(bytes, 'file'))
  assert.is(replay.flow('1')?.time.length, 0)
  for (const each of seen) assert.equal(replay.look().events, each.events)
  assert.equal([replay.position, replay.look().events], [69, []])
  assert.equal(replay.flow('1')?.cwnd, seen.map((_, index) => index))
  replay.seek(3)
  const { total, matching, rows } = replay.look({ filter: 'cc=reno' }).sockets
  assert.equal([total, matching, rows.map(({ cwnd }) => cwnd)], [5, 1, [3]])
})

test.run()
