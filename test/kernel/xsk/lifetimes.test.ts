import * as assert from 'uvu/assert'
import { Interfaces, openNamespace } from '../../../src/kernel/index.ts'
import { attachRedirect, createSocket, createUmem } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires, fillUp } from '../support/xsk.ts'
import { answered, misused, nothingIsLeft, programOf, sendOne } from '../support/xsk-checks.ts'

const test = suite('how long umems, sockets and programs of AF_XDP live', [needs.root])

enterWires({ queues: 2 })

test.after.each(nothingIsLeft)

test('sockets of a device have one program, which goes with the last of them', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using other = createUmem({ frames: 64, frameSize: 2048 })
  const first = createSocket(umem, { interface: 'b0', queue: 0 })
  const id = programOf('b0')
  assert.ok(id > 0)
  const second = createSocket(other, { interface: 'b0', queue: 1 })
  assert.is(programOf('b0'), id)
  first[Symbol.dispose]()
  assert.is(programOf('b0'), id)
  second[Symbol.dispose]()
  assert.is(programOf('b0'), 0)
})

test('a program that is attached first stays until it is disposed of', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using program = attachRedirect({ interface: 'b0', hook: 'generic' })
  const id = programOf('b0')
  for (const choice of [program, 'own'] as const) {
    using socket = createSocket(umem, { interface: 'b0', program: choice })
    assert.is(socket.program?.map.number, program.map.number)
  }
  assert.is(programOf('b0'), id)
  assert.throws(() => attachRedirect({ interface: 'b0', hook: 'driver' }), misused(/another hook/))
  assert.throws(() => attachRedirect({ interface: 'b0', multiBuffer: true }), misused(/another hook, multiBuffer or stamped/))
  assert.throws(() => createSocket(umem, { interface: 'a0', program }), misused(/program of b0 cannot serve a0/))
  program[Symbol.dispose]()
  assert.throws(() => program.map, misused(/used after it was closed/))
})

test('a program that is disposed of before its sockets is not in the way of closing them', () => {
  const umem = createUmem({ frames: 64, frameSize: 2048 })
  const program = attachRedirect({ interface: 'b0' })
  const sockets = [0, 0, 0, 1].map((queue) => createSocket(umem, { interface: 'b0', queue, program }))
  program[Symbol.dispose]()
  sockets[2]?.[Symbol.dispose]()
  umem[Symbol.dispose]()
  assert.equal(sockets.map(({ closed }) => closed), [true, true, true, true])
})

test('only a queue that is about to be free is waited for', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using other = createUmem({ frames: 64, frameSize: 2048 })
  using socket = createSocket(umem, { interface: 'b0' })
  createSocket(umem, { interface: 'b0' })[Symbol.dispose]()
  const start = performance.now()
  assert.throws(() => createSocket(other, { interface: 'b0' }), answered('EBUSY', /has a socket of another umem/))
  assert.ok(performance.now() - start < 30_000)
  assert.is(socket.closed, false)
})

test('a queue can be bound again as soon as its socket is closed', () => {
  for (let round = 0; round < 5; round += 1) {
    using umem = createUmem({ frames: 64, frameSize: 2048 })
    using socket = createSocket(umem, { interface: 'b0' })
    assert.is(socket.zeroCopy, false)
  }
})

test('a umem outlives its sockets, and takes new ones', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  for (let round = 0; round < 3; round += 1) {
    using a = createSocket(umem, { interface: 'a0' })
    using b = createSocket(umem, { interface: 'b0' })
    // The one that came first, whose umem the other shares, goes and comes again.
    a[Symbol.dispose]()
    using again = createSocket(umem, { interface: 'a0' })
    fillUp(b, 0, 16)
    sendOne(umem, again)
    assert.is(b.rx.peek(9), 1)
  }
})

test('the sockets of a umem are bound alike, and what another one asks for besides is refused', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using first = createSocket(umem, { interface: 'a0', needWakeup: false })
  assert.equal(first.bound, { mode: 'copy', needWakeup: false, multiBuffer: false })
  for (const [name, value] of [['mode', 'zero-copy'], ['needWakeup', true], ['multiBuffer', true]] as const) {
    assert.throws(() => createSocket(umem, { interface: 'b0', [name]: value }), misused(new RegExp(`^${name}: the sockets of a umem have one`)))
  }
  using second = createSocket(umem, { interface: 'b0', mode: 'copy' })
  assert.equal(second.bound, first.bound)
  assert.is(second.fill.needsWakeup, false)
})

test('an interface that goes away leaves sockets that say so, and can be closed', () => {
  using interfaces = new Interfaces()
  using here = openNamespace('/proc/thread-self/ns/net')
  interfaces.createVeth({ name: 'a9', index: 90 }, { name: 'b9', index: 91, namespace: here }, 1500)
  for (const name of ['a9', 'b9']) interfaces.bringUp(name)
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using one = createSocket(umem, { interface: 'b9' })
  using two = createSocket(umem, { interface: 'b9' })
  interfaces.delete('a9')
  for (const use of [() => one.kickTx(), () => one.kickRx()]) assert.throws(use, answered('ENXIO', /the interface is gone/))
  assert.is(one.statistics().rx_dropped, 0)
  two[Symbol.dispose]()
  assert.throws(() => createSocket(umem, { interface: 'b9' }), misused(/no interface "b9"/))
})

test('what is used after it was closed says so', async () => {
  const umem = createUmem({ frames: 64, frameSize: 2048 })
  const socket = createSocket(umem, { interface: 'b0', tx: 0 })
  const { rx, fill, completion } = socket
  const { bytes } = umem
  assert.throws(() => socket.tx, misused(/without a ring for tx/))
  const waiting = socket.readable()
  umem[Symbol.dispose]()
  umem[Symbol.dispose]()
  await waiting.then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), /was closed while somebody waited/),
  )
  assert.ok(socket.closed)
  assert.is(bytes.length, 0)
  const uses = [() => umem.bytes, () => umem.data(0, 1), () => rx.peek(1), () => fill.push(0), () => completion.peek(1), () => fill.needsWakeup, () => createSocket(umem, { interface: 'b0' })]
  for (const use of uses) assert.throws(use, misused(/used after/), String(use))
  for (const use of [() => socket.kickRx(), () => socket.statistics(), () => socket.zeroCopy]) assert.throws(use, /used after it was closed/, String(use))
  await socket.readable().then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), /used after it was closed/),
  )
})

test.run()
