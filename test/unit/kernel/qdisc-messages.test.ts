import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import { type Attribute, encodeAttributes, littleEndian, type NetlinkMessage, zeroEnded } from '../../../src/kernel/net/netlink.ts'
import { encodeChange, encodeQdisc } from '../../../src/kernel/net/qdisc/options.ts'
import { idleTable } from '../../../src/kernel/net/qdisc/red.ts'
import { parseQdisc } from '../../../src/kernel/net/qdisc/statistics.ts'
import { u32s, u64 } from '../../../src/kernel/net/qdisc/words.ts'
import { tcmsg } from '../../../src/kernel/net/tcmsg.ts'

const test = suite('messages of queueing disciplines')

/** An RTM_NEWQDISC of linux/rtnetlink.h. */
function messageOf(attributes: readonly Attribute[]): NetlinkMessage {
  const bytes = Uint8Array.from([...tcmsg({ index: 7, handle: 0x2_0000, parent: 0x1_0001 }), ...encodeAttributes(attributes)])
  return { type: 36, flags: 0, sequence: 1, view: new DataView(bytes.buffer), start: 0, end: bytes.length }
}

const counters = (kind: string, own: Uint8Array): Attribute[] => [
  [1, zeroEnded(kind)],
  [
    7,
    [
      [1, Uint8Array.from([...u64(5000), ...u32s(7, 0)])],
      [8, u64(2 ** 33)],
      [3, u32s(3, 4500, 11, 0, 2)],
      [4, own],
    ],
  ],
]

test('counters of all kinds, and those of some', () => {
  const expected = {
    interface: 7,
    handle: 0x2_0000,
    parent: 0x1_0001,
    packets: 2 ** 33,
    bytes: 5000,
    drops: 11,
    queued: { packets: 3, bytes: 4500 },
  }
  const none = { overlimitDrops: undefined, marks: undefined }
  assert.equal(parseQdisc(messageOf(counters('tbf', new Uint8Array()))), { ...expected, ...none, kind: 'tbf' })
  // The members of struct tc_KIND_xstats in their order, linux/pkt_sched.h.
  const own: Record<string, Uint8Array> = {
    red: u32s(1, 40, 3, 90),
    codel: u32s(1, 2, 3, 4, 5, 40, 60, 0, 30),
    fq_codel: u32s(0, 1, 40, 60, 4, 5, 6, 30, 8),
    pie: Uint8Array.from([...u64(1), ...u32s(2, 3, 4, 5, 6, 40, 8, 90)]),
  }
  for (const [kind, bytes] of Object.entries(own)) {
    assert.equal(parseQdisc(messageOf(counters(kind, bytes))), { ...expected, kind, overlimitDrops: 40, marks: 90 }, kind)
  }
})

test('a change says no number of flows, which fq_codel cannot change', () => {
  const options = { kind: 'fq_codel', limit: 9, flows: 32, quantum: 999 } as const
  assert.equal(encodeChange(options), encodeQdisc({ ...options, flows: undefined }))
  assert.is.not(encodeChange(options).length, encodeQdisc(options).length)
})

test('a message that is cut off is damaged or says less, and nothing else', () => {
  const whole = messageOf(counters('pie', new Uint8Array(60)))
  fc.assert(
    fc.property(fc.nat(whole.end), (end) => {
      try {
        const bytes = new Uint8Array(whole.view.buffer).slice(0, end)
        const found = parseQdisc({ ...whole, view: new DataView(bytes.buffer), end })
        assert.is(found?.interface, 7)
      } catch (error) {
        assert.instance(error, ObjectError)
      }
    }),
  )
})

test("netem's options begin with a struct, and its attributes say what it cannot", () => {
  const value = encodeQdisc({ kind: 'netem', limit: 1000, delay: 5_000_000_000, rate: 80e9, loss: { kind: 'independent', probability: 1 }, duplicate: 0.5 })
  assert.ok(value instanceof Uint8Array)
  const view = new DataView(value.buffer)
  const word = (index: number) => view.getUint32(4 * index, littleEndian)
  assert.equal([0, 1, 2, 3, 4, 5].map(word), [0, 1000, 0xffff_ffff, 0, 0x8000_0000, 0])
  // Attribute 10, of 12 bytes in all: more ns than 32 bits hold.
  assert.is(view.getUint16(24, littleEndian), 12)
  assert.is(view.getUint16(26, littleEndian), 10)
  assert.is(view.getBigInt64(28, littleEndian), 5_000_000_000n)
})

test("RED's average after a pause is about what it was halved so often, as the kernel reckons it", () => {
  for (const halving of [1, 40, 1000, 43_000, 430_000]) {
    const { cellLog, table } = idleTable(halving)
    for (let halvings = 0.1; halvings < 12; halvings += 0.37) {
      const idle = Math.min(halving * halvings, 255 * 2 ** cellLog)
      // include/net/red.h, red_calc_qavg_from_idle_time
      const shift = table[Math.floor(idle / 2 ** cellLog) & 255] ?? 0
      const left = shift > 0 ? 2 ** -shift : Math.max(0.5, 1 - idle / 2 ** cellLog)
      assert.ok(Math.abs(left - 2 ** -(idle / halving)) < 0.3, `${halving} µs, ${halvings}: ${left}`)
    }
  }
  assert.ok(idleTable(0).table.every((shift) => shift === 31))
})

test.run()
