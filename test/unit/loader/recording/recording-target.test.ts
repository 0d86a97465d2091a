import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ObjectError, PermissionError, SyscallError, UsageError, VerifierError } from '../../../../src/errors/index.ts'
import {
  type BpfObject,
  load,
  MAP_TYPE,
  openObject,
  type RecordedMethod,
  type RecordingOptions,
  RecordingTarget,
  summarizeVerifierLog,
} from '../../../../src/loader/index.ts'
import { register } from '../../../../src/structops/index.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { thisKernel } from '../../../support/this-kernel.ts'

const test = suite('a target that only records', [needs.structOps, needs.clang])

const examples = join(import.meta.dirname, '../../../../src/cc-examples')
const openExample = (name: string): BpfObject => openObject(readFileSync(join(examples, `${name}.bpf.o`)), `${name}.bpf.o`)
const openFixture = async (name: string): Promise<BpfObject> => openObject(readFileSync(await compileFixture(name)), `${name}.bpf.o`)
const recording = (options?: RecordingOptions) => new RecordingTarget(thisKernel(), options)
const definition = { name: 'counts', type: MAP_TYPE.HASH, keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 }

/** Loads and registers all of an object, and takes it away again. */
function registerAll(object: BpfObject, target: RecordingTarget, pin?: string): void {
  using loaded = load(object, target)
  using registered = new DisposableStack()
  for (const [map, { spec }] of loaded.structOps) {
    registered.use(register(loaded, map, pin === undefined || !spec.link ? {} : { pin }))
  }
}

/** Each call with what it made or what it was made on. */
const steps = ({ calls }: RecordingTarget): string[] =>
  calls.map(({ method, args, made }) => {
    const [first] = args
    const on = typeof first === 'object' && 'what' in first ? ` ${String(first.what)}` : ''
    return `${method}${made === undefined ? on : ` → ${made.what}`}`
  })

const programs = (object: BpfObject): string[] =>
  object.programs.flatMap(({ name }) => {
    const constants = object.maps.some(({ origin }) => origin === 'rodata') ? [`bindMap program "${name}"`] : []
    return [`loadProgram → program "${name}"`, ...constants]
  })

test('bpf_cubic: its data, the option it reads, its programs, its map', () => {
  const object = openExample('bpf_cubic')
  const target = recording()
  registerAll(object, target)
  assert.equal(steps(target), [
    'loadBtf → BTF',
    ...['createMap →', 'update', 'freeze'].map((step) => `${step} map "bpf_cubi.rodata"`),
    ...['createMap →', 'update', 'freeze'].map((step) => `${step} map "bpf_cub.kconfig"`),
    ...programs(object),
    'createMap → map "cubic"',
    'objects.mapInfo map "cubic"',
    'update map "cubic"',
    'delete map "cubic"',
  ])
})

test('bpf_dctcp: constants, and variables that start at zero and are not written', () => {
  const object = openExample('bpf_dctcp')
  const target = recording()
  registerAll(object, target)
  assert.equal(steps(target), [
    'loadBtf → BTF',
    ...['createMap →', 'update', 'freeze'].map((step) => `${step} map "bpf_dctc.rodata"`),
    'createMap → map "bpf_dctc.bss"',
    ...programs(object),
    'createMap → map "dctcp"',
    'objects.mapInfo map "dctcp"',
    'update map "dctcp"',
    'delete map "dctcp"',
  ])
})

test('bpf_reno: registered by a link that is pinned', () => {
  const object = openExample('bpf_reno')
  const target = recording()
  registerAll(object, target, '/sys/fs/bpf/reno')
  assert.equal(steps(target), [
    'loadBtf → BTF',
    ...['createMap →', 'update', 'freeze'].map((step) => `${step} map "bpf_reno.rodata"`),
    ...programs(object),
    'createMap → map "bpf_reno"',
    'objects.mapInfo map "bpf_reno"',
    'update map "bpf_reno"',
    'createStructOpsLink → link of map "bpf_reno"',
    'objects.linkInfo link of map "bpf_reno"',
    'pin link of map "bpf_reno"',
    'unpin',
  ])
  assert.equal([target.open, target.pins], [[], []])
})

const objects: [name: string, open: () => BpfObject | Promise<BpfObject>, pin?: string][] = [
  ['bpf_cubic', () => openExample('bpf_cubic')],
  ['bpf_dctcp', () => openExample('bpf_dctcp')],
  ['bpf_reno', () => openExample('bpf_reno'), '/sys/fs/bpf/reno'],
  ['maps', () => openFixture('maps')],
  ['map_kinds', () => openFixture('map_kinds')],
  ['several', () => openFixture('several')],
]

for (const [name, open, pin] of objects) {
  test(`${name}: whichever call fails, nothing stays open or pinned`, async () => {
    const object = await open()
    const failed = new Set<RecordedMethod>()
    for (let nth = 1; ; nth += 1) {
      using target = recording({ failures: [{ nth, error: new Error('injected') }] })
      try {
        registerAll(object, target, pin)
      } catch (error) {
        if (!(error instanceof Error) || !/injected/.test(error.message)) throw error
      }
      const last = target.calls.find(({ error }) => error !== undefined)
      if (last === undefined) break
      failed.add(last.method)
      assert.equal(target.open, [], `call ${nth}, ${last.method}`)
      // After the last step of loading its maps stay pinned; and who cannot unpin leaves the pin.
      const isLoaded = target.calls.some(({ method, error }) => method === 'objects.mapInfo' && error === undefined)
      if (last.method !== 'unpin' && !isLoaded) assert.equal(target.pins, [], `call ${nth}, ${last.method}`)
      assert.ok(last.method === 'unpin' || pin === undefined || !target.pins.includes(pin), `call ${nth}, ${last.method}`)
    }
    for (const method of ['loadBtf', 'createMap', 'update', 'loadProgram'] as const) assert.ok(failed.has(method), method)
  })
}

test('the third map cannot be had for want of memory', async () => {
  const object = await openFixture('map_kinds')
  using target = recording({ failures: [{ method: 'createMap', nth: 3, error: 'ENOMEM' }] })
  assert.throws(() => load(object, target), (error: unknown) => error instanceof SyscallError && error.errno === 'ENOMEM')
  assert.is(target.calls.filter(({ method }) => method === 'createMap').length, 3)
  assert.equal(target.open, [])
})

test('a kernel without links says what to write instead', () => {
  const withLinks = { method: 'createMap', error: 'EINVAL', when: (call: { args: readonly unknown[] }) => isLinked(call.args[0]) } as const
  using target = recording({ failures: [withLinks], features: { struct_ops_link: 'no' } })
  assert.throws(() => load(openExample('bpf_reno'), target), /this kernel has no registration of struct_ops by links: it needs Linux 6.4/)
  assert.equal(target.open, [])
})

const isLinked = (map: unknown): boolean => typeof map === 'object' && map !== null && 'flags' in map && map.flags === 1 << 13

test('a map that the kernel takes only without its types is created without them', async () => {
  const object = await openFixture('maps')
  using target = recording({
    failures: [{ method: 'createMap', error: 'EINVAL', when: ({ args: [map] }) => typeof map === 'object' && 'btf' in map && !('kernelValue' in map) }],
  })
  using loaded = load(object, target)
  assert.ok(loaded.maps.size > 0)
  const created = target.calls.flatMap((call) => (call.method === 'createMap' && call.error === undefined ? call.args : []))
  for (const map of created) assert.is(map.btf === undefined, map.kernelValue === undefined, map.name)
})

test("types that the kernel does not take: an object with a struct says what is wrong with them", () => {
  const error = new ObjectError({ file: 'object', path: '.BTF', expected: 'types that the kernel accepts; it says: Invalid name' })
  using target = recording({ failures: [{ method: 'loadBtf', error }] })
  assert.throws(() => load(openExample('bpf_reno'), target), /it says: Invalid name/)
})

test('a verdict of the verifier is told with the program', () => {
  const log = '0: (95) exit\nR0 !read_ok\nprocessed 1 insns'
  const error = new VerifierError({ program: 'x', errno: 'EACCES', log, summary: summarizeVerifierLog('') })
  using target = recording({ failures: [{ method: 'loadProgram', nth: 2, error }] })
  const object = openExample('bpf_reno')
  const second = object.programs[1]?.name ?? ''
  const start = `the verifier refused program "${second}" (EACCES): R0 !read_ok, at bpf_reno.bpf.c:`
  assert.throws(() => load(object, target), (thrown: Error) => thrown.message.startsWith(start) && thrown.message.endsWith(', instruction 0: (95) exit'))
  assert.equal(target.open, [])
})

test('a map is shared with one that is pinned, when it is the same', async () => {
  const object = await openFixture('map_kinds')
  const shared = object.maps.find(({ pinned }) => pinned)
  assert.ok(shared !== undefined)
  const { name, type, keySize, valueSize, maxEntries, flags } = shared
  const pinned = { name, type, keySize, valueSize, maxEntries, flags }
  const path = `/sys/fs/bpf/${name}`
  using same = recording({ pinned: { [path]: pinned } })
  using loaded = load(object, same)
  assert.ok(loaded.maps.has(name))
  assert.ok(steps(same).includes(`openPinned → map "${name}"`))
  assert.equal(same.pins, [path])
  using other = recording({ pinned: { [path]: { ...pinned, valueSize: valueSize + 4 } } })
  assert.throws(() => load(object, other), (error: unknown) => error instanceof UsageError && /cannot be shared/.test(error.message))
  assert.equal(other.open, [])
})

test('a handle that was closed is not used again, nor that of another target', () => {
  using target = recording()
  const map = target.createMap(definition)
  assert.equal(target.open, ['map "counts"'])
  map[Symbol.dispose]()
  assert.equal(target.open, [])
  assert.throws(() => target.freeze(map), 'map "counts": used after it was closed')
  assert.throws(() => map.number, /used after it was closed/)
  using other = recording()
  using foreign = other.createMap(definition)
  assert.throws(() => target.freeze(foreign), /did not make/)
  assert.throws(() => target.createMap({ ...definition, inner: foreign }), /did not make/)
})

test('an instruction that refers to a map that was closed is found', () => {
  using target = recording()
  const map = target.createMap(definition)
  const instructions = new Uint8Array(16)
  instructions.set([0x18, 0x11])
  new DataView(instructions.buffer).setInt32(4, map.number, true)
  const program = { name: 'p', type: 1, instructions, license: 'GPL', expectedAttachType: 0, flags: 0, modules: [] }
  target.loadProgram(program)[Symbol.dispose]()
  map[Symbol.dispose]()
  assert.throws(() => target.loadProgram(program), /instruction 0 refers to 3, which is no open map/)
})

test('maps keep what is put into them, and what was written down does not change', () => {
  using target = recording()
  using map = target.createMap(definition)
  const [key, value] = [Uint8Array.of(1, 0, 0, 0), new Uint8Array(8).fill(7)]
  target.update(map, key, value)
  value.fill(9)
  assert.equal(target.lookup(map, key, 8), new Uint8Array(8).fill(7))
  assert.equal(target.nextKey(map, undefined, 4), key)
  assert.is(target.nextKey(map, key, 4), undefined)
  target.delete(map, key)
  assert.is(target.lookup(map, key, 8), undefined)
  assert.throws(() => target.delete(map, key), (error: unknown) => error instanceof SyscallError && error.errno === 'ENOENT')
  const [, update] = target.calls
  assert.equal(update?.args.slice(1), [key, new Uint8Array(8).fill(7), 0])
})

test('a refusal for want of a privilege is one', () => {
  using target = recording({ failures: [{ method: 'loadBtf', error: 'EPERM' }] })
  assert.throws(() => target.loadBtf(new Uint8Array()), (error: unknown) => error instanceof PermissionError)
})

test('variables are read and written in the memory of a map', async () => {
  const object = await openFixture('maps')
  using target = recording()
  {
    using loaded = load(object, target)
    const acks = loaded.variable<bigint>('acks')
    acks.set(5n)
    assert.is(acks.get(), 5n)
    assert.ok(target.open.some((what) => what.startsWith('memory of map')))
  }
  assert.equal(target.open, [])
})

test.run()
