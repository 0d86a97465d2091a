import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { type Fd, LinuxTarget, Mapping, openXdpSocket } from '../../../src/kernel/index.ts'
import { attach, load, MAP_TYPE, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { createSocket, createUmem } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires, fillUp, packetLength } from '../support/xsk.ts'
import { answered, misused, nothingIsLeft, programOf, sendOne } from '../support/xsk-checks.ts'

const test = suite('sockets of AF_XDP and their programs', [needs.root])

enterWires({ queues: 2 })

const file = new URL('../../../src/xsk/redirect.bpf.o', import.meta.url).pathname

/** The redirecting program, loaded by somebody else. */
function ownProgram(target: LinuxTarget): LoadedObject {
  const object = openObject(readFileSync(file), file)
  for (const program of object.programs) program.autoload = program.name === 'redirect'
  for (const map of object.maps) map.maxEntries = 2
  return load(object, target)
}

test.after.each(nothingIsLeft)

test('a program of somebody else stays, and the error names it', () => {
  using target = new LinuxTarget()
  using loaded = ownProgram(target)
  using link = attach(loaded, 'redirect', { interface: 11 })
  assert.ok(link.number > 0)
  const id = programOf('b0')
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  assert.throws(() => createSocket(umem, { interface: 'b0' }), answered('EBUSY', new RegExp(`b0 has the XDP program ${id} "redirect" already`)))
  assert.is(programOf('b0'), id)
})

test('without a program of its own a socket is put into an XSKMAP by hand', () => {
  using target = new LinuxTarget()
  using loaded = ownProgram(target)
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0', program: 'none' })
  using b = createSocket(umem, { interface: 'b0', program: 'none' })
  assert.is(b.program, undefined)
  assert.is(programOf('b0'), 0)
  using link = attach(loaded, 'redirect', { interface: 11 })
  assert.ok(link.number > 0)
  fillUp(b, 0, 16)
  sendOne(umem, a)
  assert.is(b.rx.peek(9), 0)
  const map = loaded.maps.get('sockets')?.handle
  assert.ok(map)
  b.updateXskMap(map)
  sendOne(umem, a)
  assert.is(b.rx.peek(9), 1)
  assert.throws(() => b.updateXskMap(map, 7), misused(/map "sockets" has no entry 7: it has 2/))
  using array = target.createMap({ name: 'other', type: MAP_TYPE.ARRAY, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 })
  assert.throws(() => b.updateXskMap(array), misused(/map "other" is no XSKMAP/))
})

test('a socket that was opened elsewhere is used, and stays open', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using given: Fd = openXdpSocket()
  const number = given.number
  {
    using socket = createSocket(umem, { interface: 'b0', fd: given })
    assert.is.not(socket.fd.number, number)
    assert.throws(() => createSocket(umem, { interface: 'a0', fd: given }), answered('EBUSY', /bound already/))
  }
  assert.is(given.number, number)
  assert.throws(() => createSocket(umem, { interface: 'b0', fd: { number: 0 } }), (error: unknown) => error instanceof SyscallError && /E(NOTSOCK|NOPROTOOPT|OPNOTSUPP)/.test(error.errno))
  assert.throws(() => createSocket(umem, { interface: 'b0', fd: { number: 98_765 } }), answered('EBADF', /not open/))
})

test('memory that somebody else has is used, and stays', () => {
  using memory = Mapping.ofNewPages(64 * 2048, 'memory of a test')
  {
    using umem = createUmem({ memory, frameSize: 2048 })
    assert.is(umem.frames, 64)
    using a = createSocket(umem, { interface: 'a0' })
    using b = createSocket(umem, { interface: 'b0' })
    fillUp(b, 0, 16)
    sendOne(umem, a)
    assert.is(b.rx.peek(9), 1)
    assert.equal(memory.bytes.subarray(b.rx.address(0), b.rx.address(0) + packetLength), umem.data(32 * 2048, packetLength))
  }
  assert.is(memory.bytes.length, 64 * 2048)
  assert.throws(() => createUmem({ memory, frames: 65, frameSize: 2048 }), misused(/do not fit/))
})

test('a busy queue, one that does not exist, and what the driver cannot do are explained', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using other = createUmem({ frames: 64, frameSize: 2048 })
  using socket = createSocket(umem, { interface: 'b0', queue: 1 })
  assert.is(socket.queue, 1)
  assert.throws(() => createSocket(other, { interface: 'b0', queue: 1 }), answered('EBUSY', /has a socket of another umem/))
  assert.throws(() => createSocket(other, { interface: 'b0', queue: 2 }), answered('EINVAL', /no queue 2/))
  assert.throws(() => createSocket(other, { interface: 'b0', mode: 'zero-copy' }), answered('EOPNOTSUPP', /no zero-copy.*copy mode works/))
  assert.throws(() => createSocket(other, { interface: 'lo', hook: 'driver' }), answered('EOPNOTSUPP', /driver of lo takes no XDP programs: .* the generic hook$/))
  assert.throws(() => createSocket(other, { interface: 'nowhere' }), misused(/no interface "nowhere" here: there is lo, .*b0/))
  assert.throws(() => createSocket(other, { interface: 4711 }), misused(/index 4711/))
  for (const queue of [-1, 1.5, Number.NaN, 2 ** 32]) assert.throws(() => createSocket(other, { interface: 'b0', queue }), misused(/not the number of a queue/))
  // Nothing of what failed is in the way.
  using fine = createSocket(other, { interface: 'b0', queue: 0, mode: 'copy' })
  assert.is(fine.closed, false)
})

test('a ring that a socket does not have cannot be kicked', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using sender = createSocket(umem, { interface: 'a0', rx: 0 })
  using receiver = createSocket(umem, { interface: 'b0', tx: 0 })
  assert.throws(() => receiver.kickTx(), misused(/without a ring for tx/))
  assert.throws(() => sender.kickRx(), misused(/without a ring for rx/))
  assert.type(sender.kickTx(), 'boolean')
  assert.type(receiver.kickRx(), 'boolean')
})

test('without CAP_NET_RAW the error names it', async () => {
  const room = new URL('../../../src/xsk/index.ts', import.meta.url).pathname
  const program = `import { createSocket, createUmem } from '${room}'
    using umem = createUmem({ frames: 64 })
    try { createSocket(umem, { interface: 'b0' }) } catch (error) { console.log(error.name, error.message) }`
  const { stdout } = await execa('setpriv', ['--bounding-set=-net_raw', '--inh-caps=-net_raw', process.execPath, '--input-type=module-typescript', '-e', program])
  assert.match(stdout, /^PermissionError opening an AF_XDP socket: socket answered EPERM: it needs CAP_NET_RAW/)
})

test('wrong sizes are refused before the kernel is asked', () => {
  for (const frameSize of [0, 1024, 2047, 3000, -2048, Number.NaN]) assert.throws(() => createUmem({ frameSize }), misused(/frames of/))
  for (const headroom of [-1, 1.5, 2048 - 256, 4096]) assert.throws(() => createUmem({ frameSize: 2048, headroom }), misused(/no room for packets/))
  for (const frames of [0, -1, 1.5, Number.NaN, 2 ** 50]) assert.throws(() => createUmem({ frames }), misused(/cannot have .* frames/))
  for (const size of [0, 3, -4, 1.5, Number.NaN, 2 ** 31]) {
    assert.throws(() => createUmem({ fill: size }), misused(/the fill ring cannot have .* power of two/))
    assert.throws(() => createUmem({ completion: size }), misused(/the completion ring/))
  }
  for (const txMetadata of [-8, 4, 256]) assert.throws(() => createUmem({ txMetadata }), misused(/multiple of 8 below 256/))
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  assert.throws(() => createSocket(umem, { interface: 'b0', rx: 0, tx: 0 }), misused(/needs an rx ring or a tx ring/))
  assert.throws(() => createSocket(umem, { interface: 'b0', rx: 100 }), misused(/the rx ring cannot have 100/))
  assert.throws(() => createSocket(umem, { interface: 'b0', tx: 100 }), misused(/the tx ring cannot have 100/))
})

test('frames that only the kernel knows to be too large are refused by it', () => {
  using umem = createUmem({ frames: 4, frameSize: 1 << 20 })
  assert.throws(() => createSocket(umem, { interface: 'b0' }), answered('EINVAL', /up to the page size/))
})

test.run()
