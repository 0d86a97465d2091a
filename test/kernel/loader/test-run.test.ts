import { cpus } from 'node:os'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { load, type LoadedObject, type TestRun, type TestRunResult } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('programs run by themselves', [needs.root, needs.structOps, needs.clang])

type Run = (program: string, run: TestRun) => TestRunResult

async function withPrograms(action: (run: Run, loaded: LoadedObject) => void): Promise<void> {
  const object = await openFixture('test_run')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    action((name, run) => {
      const program = loaded.programs.get(name)
      assert.ok(program, name)
      return target.testRun(program.handle, run)
    }, loaded)
  })
}

const words = (...numbers: number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer)
const longs = (...numbers: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(numbers).buffer)
/** An Ethernet frame of a type for experiments, with the bytes that follow the header. */
const frame = (...payload: number[]): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, ...payload)

const refusal = (errno: string, hint: RegExp) => (error: unknown) =>
  error instanceof SyscallError && error.errno === errno && hint.test(error.hint) && error.message.startsWith('running program "')

test('XDP: the packet as the program leaves it', async () => {
  await withPrograms((run, loaded) => {
    const packet = frame(...Array.from({ length: 50 }, (_, at) => at))
    const { returned, data, context, durationNs } = run('prepend', { data: packet })
    assert.is(returned, 2)
    assert.equal(data, Uint8Array.from([...words(64, 1), ...packet]))
    assert.is(context, undefined)
    assert.ok(durationNs >= 0)
    assert.is(loaded.variable('runs').get(), 1n)
    assert.is(packet.length, 64)
  })
})

test('XDP: the context says where the packet comes from and where it begins', async () => {
  await withPrograms((run) => {
    // ABI: struct xdp_md: data, data_end, data_meta, ingress_ifindex, rx_queue_index; 8 bytes of metadata stand before the packet.
    const data = Uint8Array.from([...words(7, 9), ...frame(1, 2, 3)])
    const found = run('drop', { data, context: words(8, data.length, 0, 1, 0, 0) })
    assert.is(found.returned, 1)
    assert.equal(found.data, data)
    assert.equal(found.context, words(8, data.length, 0, 1, 0, 0))
    const wrong = words(8, data.length + 1, 0, 1, 0, 0)
    assert.throws(() => run('drop', { data, context: wrong }), refusal('EINVAL', /the context, the packet or an option is not what/))
  })
})

test('a program runs as often as it is asked to, and the time of one run is told', async () => {
  await withPrograms((run, loaded) => {
    const { durationNs } = run('drop', { data: frame(0), repeat: 5000 })
    assert.is(loaded.variable('runs').get(), 5000n)
    assert.ok(durationNs > 0 && durationNs < 1_000_000, String(durationNs))
  })
})

test('XDP with live frames: each packet is handled as the program says', async () => {
  await withPrograms((run, loaded) => {
    const found = run('drop', { data: frame(0), repeat: 300, liveFrames: true, batchSize: 16 })
    assert.is(loaded.variable('runs').get(), 300n)
    assert.is(found.data, undefined)
    assert.throws(() => run('drop', { data: frame(0), repeat: 1, liveFrames: true, batchSize: 257 }), refusal('E2BIG', /larger than 256/))
    assert.throws(() => run('drop', { data: frame(0), batchSize: 16 }), refusal('EINVAL', /only XDP runs with live frames/))
  })
})

test('a socket buffer: packet and context come back, the packet longer', async () => {
  await withPrograms((run) => {
    // ABI: struct __sk_buff: mark is the third word, cb five from the thirteenth on; the kernel refuses what it does not take.
    const context = new Uint8Array(192)
    const view = new DataView(context.buffer)
    view.setUint32(8, 100, true)
    view.setUint32(48, 41, true)
    const packet = frame(5, 6, 7, 8)
    const found = run('mark', { data: packet, context })
    assert.is(found.returned, 3)
    assert.equal(found.data, Uint8Array.from([...packet, ...new Uint8Array(32)]))
    const left = new DataView(found.context?.buffer ?? new ArrayBuffer(0))
    assert.equal([left.getUint32(8, true), left.getUint32(48, true), left.getUint32(52, true)], [105, 42, packet.length])
    assert.is(view.getUint32(8, true), 100)
  })
})

test('a raw tracepoint gets its arguments, on the CPU that is asked for', async () => {
  await withPrograms((run, loaded) => {
    const context = longs(40n, 2n)
    assert.is(run('sum', { context }).returned, 42)
    for (const cpu of new Set([0, cpus().length - 1])) {
      assert.is(run('sum', { context, cpu }).returned, 42)
      assert.is(loaded.variable('runs').get(), BigInt(cpu))
    }
    assert.throws(() => run('sum', { context, cpu: 4095 }), refusal('ENXIO', /no such CPU/))
    assert.throws(() => run('sum', { context: longs(1n) }), refusal('EINVAL', /the context/))
  })
})

test('a syscall program writes into its context', async () => {
  await withPrograms((run) => {
    const context = longs(6n, 7n, 0n)
    const found = run('multiply', { context })
    assert.equal([found.returned, found.context], [0, longs(6n, 7n, 42n)])
    assert.equal(context, longs(6n, 7n, 0n))
    assert.throws(() => run('multiply', { context, repeat: 2 }), refusal('EINVAL', /an option is not what/))
  })
})

test('a socket lookup sees addresses and ports', async () => {
  await withPrograms((run) => {
    // ABI: struct bpf_sk_lookup: family at 8, protocol, remote_ip4, remote_port (big-endian) at 36, local_port at 60.
    const context = (local: number): Uint8Array => {
      const view = new DataView(new ArrayBuffer(72))
      view.setUint32(8, 2, true)
      view.setUint32(12, 6, true)
      view.setUint32(16, 0x7f000001)
      view.setUint16(36, 12345)
      view.setUint32(60, local, true)
      return new Uint8Array(view.buffer)
    }
    assert.equal([80, 81].map((port) => run('ports', { context: context(port) }).returned), [1, 0])
    const found = run('ports', { context: context(80), repeat: 100 })
    assert.equal(found.context, context(80))
    assert.ok(found.durationNs > 0)
    assert.throws(() => run('ports', {}), refusal('EINVAL', /the context/))
  })
})

test('what cannot be run by itself says so', async () => {
  const object = await openFixture('attach')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const program = [...loaded.programs.values()].find(({ spec }) => spec.code.section.startsWith('tp/'))
    assert.ok(program)
    assert.throws(() => target.testRun(program.handle, {}), refusal('ENOTSUPP', /does not run programs of this kind by themselves/))
  })
})

test.run()
