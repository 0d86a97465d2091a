import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError, SyscallError } from '../../../src/errors/index.ts'
import { encodeRequest } from '../../../src/kernel/net/netlink.ts'
import { Datagrams, readDump } from '../../../src/kernel/net/netlink-dump.ts'

const test = suite('netlink dumps')

const NLMSG_DONE = 3
const NLM_F_MULTI = 2
const NLM_F_DUMP_INTR = 0x10
const attempt = { doing: 'listing things', syscall: 'netlink(THINGS)' }
const payload = 20

const done = { type: NLMSG_DONE, value: 0, flags: NLM_F_MULTI }
type Sent = typeof done & { sequence?: number }

const encode = ({ type, value, flags, sequence }: Required<Sent>): Uint8Array =>
  encodeRequest({ type, flags, sequence, fixed: new Uint8Array(Int32Array.of(value).buffer), attributes: [] })

/** A kernel that answers the nth request with the nth of these lists of datagrams. */
function kernel(...answers: Sent[][][]) {
  let sequence = 0
  let waiting: Uint8Array[] = []
  return {
    asked: () => sequence,
    ask: () => {
      sequence += 1
      const mine = answers[Math.min(sequence, answers.length) - 1] ?? []
      waiting = mine.map((sent) => Uint8Array.from(sent.flatMap((one) => [...encode({ sequence, ...one })])))
      return sequence
    },
    receive: (room: Uint8Array) => {
      const datagram = waiting.shift()
      if (datagram === undefined) throw new Error('asked for more than there is')
      room.set(datagram.subarray(0, room.length))
      return datagram.length
    },
  }
}

const thing = (value: number, flags = NLM_F_MULTI): Sent => ({ type: payload, value, flags })
const read = (source: ReturnType<typeof kernel>, into = new Datagrams()) =>
  readDump(source, into, ({ view, start }) => view.getInt32(start, true), attempt)

test('messages of all datagrams, and not those of another request', () => {
  const source = kernel([[thing(1), thing(2)], [{ ...thing(9), sequence: 99 }, thing(3)], [done]])
  assert.equal(read(source), [1, 2, 3])
  assert.is(source.asked(), 1)
})

test('a dump that was interrupted is asked for again, and nothing of it is kept', () => {
  const into = new Datagrams()
  const source = kernel([[thing(1), thing(2, NLM_F_MULTI | NLM_F_DUMP_INTR)], [done]], [[thing(3), thing(4)], [done]])
  assert.equal(read(source, into), [3, 4])
  assert.is(source.asked(), 2)
  assert.is(into.length, 3 * 20)
  // Another dump comes after it.
  assert.equal(read(kernel([[thing(5)], [{ ...done, flags: NLM_F_DUMP_INTR }]], [[thing(6), done]]), into), [6])
  assert.is(into.length, 5 * 20)
})

test('one that is always interrupted is told at last', () => {
  const source = kernel([[thing(1, NLM_F_DUMP_INTR)], [done]])
  assert.throws(
    () => read(source),
    (error: unknown) => error instanceof SyscallError && error.errno === 'EINTR' && /changed during each of 8 tries/.test(error.hint ?? ''),
  )
  assert.is(source.asked(), 8)
})

test('an error that ends a dump is thrown', () => {
  assert.throws(
    () => read(kernel([[thing(1)], [{ ...done, value: -2 }]])),
    (error: unknown) => error instanceof SyscallError && error.errno === 'ENOENT',
  )
})

test('answers keep their places while the room for them grows', () => {
  const source = kernel([...Array.from({ length: 30 }, (_, at) => Array.from({ length: 1000 }, (__, index) => thing(1000 * at + index))), [done]])
  const into = new Datagrams()
  const places = readDump(source, into, ({ start }) => start, attempt)
  assert.is(places.length, 30_000)
  for (const [index, at] of places.entries()) assert.is(into.view.getInt32(at, true), index)
})

test('a datagram that is too long or cut short is refused', () => {
  const damaged = (error: unknown): boolean => error instanceof ObjectError
  const into = new Datagrams()
  assert.throws(() => into.append((room) => room.length + 1), damaged)
  const whole = Uint8Array.from([thing(1), thing(2)].flatMap((one) => [...encode({ sequence: 1, ...one })]))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
      const cut = (room: Uint8Array): number => {
        room.set(whole.subarray(0, length))
        return length
      }
      if (length % 20 === 0) assert.is(into.append(cut).length, 1)
      else assert.throws(() => into.append(cut), damaged)
    }),
  )
})

test.run()
