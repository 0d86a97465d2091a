import * as assert from 'uvu/assert'
import { type Btf, codecOf } from '../../../src/btf/index.ts'
import { CcdkError, SyscallError, UsageError } from '../../../src/errors/index.ts'
import { LinuxTarget, openMappings } from '../../../src/kernel/index.ts'
import { initialVariable, load, type LoadedObject, setVariable } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { bpftool } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('typed values and variables', [needs.root, needs.structOps, needs.clang, needs.bpftool])

/** What the program of the fixture expects in by_key[7]. */
const expected = {
  wide: 0xfedc_ba98_7654_3210n,
  wide_signed: -2n,
  small: -3,
  three: 5,
  seven: 99,
  five: -7,
  seventeen: 131_071,
  forty: 0xab_cdef_0123n,
  twenty: -524_288n,
  phase: 'PHASE_GROW',
  huge: 'HUGE_SOME',
  yes: true,
  name: 'ccdk',
  points: [{ x: 0, y: 0 }, { x: -1, y: 2 }],
  number: 0x0403_0201,
  bytes: [1, 2, 3, 4],
  grid: [[0, 0, 0], [0, 0, 6]],
  pointer: 0xffff_8880_0000_0000n,
}

type Mixed = Partial<typeof expected>

const run = (target: LinuxTarget, loaded: LoadedObject, program = 'exchange'): number => {
  const found = loaded.programs.get(program)
  if (found === undefined) throw new Error(`no program ${program}`)
  return target.testRun(found.handle, {}).returned
}

test('a struct with bitfields, enums and unions means the same here and in a program', async () => {
  const object = await openFixture('values')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const map = loaded.map<number, Mixed>('by_key')
    assert.is(run(target, loaded), 1)
    map.set(7, expected)
    assert.equal(map.get(7), expected)
    assert.is(run(target, loaded), 0)
    assert.is(loaded.variable('agrees').get(), 1)
    const changed = {
      ...expected,
      three: 2,
      seven: 100,
      five: 15,
      seventeen: 1,
      forty: 1n,
      twenty: -1n,
      phase: 'PHASE_BACK_OFF',
      small: 2_000_000_000,
    }
    assert.equal(map.get(7), changed)
    assert.equal(loaded.variable('last').get(), changed)
  })
})

/** A value as bpftool writes it in JSON: bitfields as their bits in hexadecimal, anonymous members inside a member `""`. */
function sameAsBpftool(ours: unknown, theirs: unknown, path = 'value'): void {
  if (typeof theirs === 'string' && theirs.startsWith('0x')) {
    const bits = BigInt(theirs)
    const value = BigInt(String(ours))
    assert.is(value < 0n ? BigInt.asUintN(bits.toString(2).length, value) : value, bits, path)
  } else if (Array.isArray(theirs)) {
    assert.ok(Array.isArray(ours) && ours.length === theirs.length, path)
    for (const [index, item] of theirs.entries()) sameAsBpftool(Reflect.get(Object(ours), index), item, `${path}[${index}]`)
  } else if (typeof theirs === 'object' && theirs !== null) {
    for (const [name, item] of Object.entries(theirs)) {
      sameAsBpftool(name === '' ? ours : Reflect.get(Object(ours), name), item, `${path}.${name}`)
    }
  } else {
    assert.is(typeof ours === 'bigint' ? Number(ours) : ours, theirs, path)
  }
}

interface Dumped {
  formatted: { key: unknown; value?: unknown; values?: { cpu: number; value: unknown }[] }
}

test('maps read as bpftool reads them', async () => {
  const object = await openFixture('values')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    loaded.map<number, Mixed>('by_key').setMany([[7, expected], [8, { phase: 'PHASE_BACK_OFF', name: 'eleven left' }], [9, {}]])
    loaded.map<number, Mixed>('by_index').set(2, expected)
    loaded.map<{ x: number; y: number }, bigint>('by_point').setMany([[{ x: 1, y: -1 }, 5n], [{ x: -32_768, y: 0 }, (1n << 64n) - 1n]])
    loaded.map<number, number[]>('counts').set(1, Array.from({ length: target.possibleCpus() }, (_, cpu) => cpu + 1))
    run(target, loaded)
    for (const name of ['by_key', 'by_index', 'by_point', 'counts', 'values.bss', 'values.data']) {
      const handle = loaded.maps.get(name)?.handle
      assert.ok(handle)
      const theirs = await bpftool<Dumped[]>('map', 'dump', 'id', String(target.objects.mapInfo(handle).id))
      const ours = [...loaded.map<unknown, unknown>(name).entries()]
      assert.is(ours.length, theirs.length, name)
      const text = (key: unknown) => JSON.stringify(key)
      for (const { formatted } of theirs) {
        if (name.startsWith('values.')) {
          // Of data sections bpftool lists the variables, and names the section where we have its index.
          const variables: unknown = Object.values(Object(formatted.value)).flat()
          sameAsBpftool(ours[0]?.[1], Object.assign({}, ...(Array.isArray(variables) ? variables : [])), name)
          continue
        }
        const [, value] = ours.find(([key]) => text(key) === text(formatted.key)) ?? []
        sameAsBpftool(value, formatted.value ?? formatted.values?.map((each) => each.value), name)
      }
    }
  })
})

test('what does not fit is refused before the kernel sees it', async () => {
  const object = await openFixture('values')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const usage = (pattern: RegExp) => (error: unknown) => error instanceof UsageError && pattern.test(error.message)
    assert.throws(() => loaded.map<number, Mixed>('by_key').set(1, { three: 8 }), usage(/^value of by_key\.three: expected an integer of 3 bits/))
    assert.throws(() => loaded.map<number, Mixed>('by_key').set(-1, {}), usage(/^key of by_key: expected an integer of 32 bits/))
    assert.throws(() => loaded.map<number, number[]>('counts').set(0, [1]), usage(/a value for each of/))
    assert.throws(() => loaded.map('by_kye'), usage(/no map "by_kye" that was created; it has by_key, /))
    assert.throws(() => loaded.variable('tick'), usage(/no variable "tick"; it has .*ticks/))
    assert.throws(() => loaded.variable('threshold').set(-1), usage(/^threshold: expected an integer of 32 bits/))
  })
})

test('variables are set before loading, and read and written in place while programs run', async () => {
  const object = await openFixture('values')
  assert.is(initialVariable(object, 'step'), 3)
  setVariable(object, 'step', 20)
  setVariable(object, 'label', 'cubic')
  setVariable(object, 'threshold', 100)
  setVariable(object, 'last', { points: [{ x: 3 }, {}] })
  const mappings = openMappings().length
  const kept: (() => unknown)[] = []
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const ticks = loaded.variable<bigint>('ticks')
    const threshold = loaded.variable<number>('threshold')
    const hidden = loaded.variable<number>('hidden_count')
    assert.is(loaded.variable('label').get(), 'cubic')
    assert.equal(Reflect.get(Object(loaded.variable('last').get()), 'points'), [{ x: 3, y: 0 }, { x: 0, y: 0 }])
    assert.is(loaded.variable('phase').get(), 'PHASE_BACK_OFF')
    assert.is(loaded.variable('negative').get(), -5n)
    assert.is(loaded.variable('ratio').get(), 0.25)
    assert.is(loaded.variable('flag').get(), true)
    for (let runs = 1; runs <= 20; runs += 1) {
      run(target, loaded)
      assert.is(ticks.get(), BigInt(runs))
    }
    assert.is(hidden.get(), 7 + 20 * 100)
    threshold.set(1)
    ticks.set(1_000_000n)
    run(target, loaded)
    assert.is(hidden.get(), 7 + 20 * 100 + 1)
    assert.is(ticks.get(), 1_000_001n)
    assert.equal(loaded.map<number, number[]>('counts').get(0)?.reduce((sum, count) => sum + count), 21 * 20)

    const step = loaded.variable<number>('step')
    assert.is(step.get(), 20)
    assert.not.ok(step.writable)
    assert.throws(() => step.set(4), (error: unknown) => error instanceof UsageError && /setVariable\(object, 'step'/.test(error.hint))
    assert.ok(openMappings().length > mappings)
    kept.push(() => ticks.get(), () => ticks.set(1n), () => loaded.variable('threshold').get(), () => loaded.map('by_key').get(7))
  })
  assert.is(openMappings().length, mappings)
  for (const use of kept) assert.throws(use, /used after it was|after it was closed/)
})

test('each load has variables of its own', async () => {
  const object = await openFixture('values')
  await leavesNothing((target) => {
    using first = load(object, target)
    using second = load(object, target)
    first.variable<number>('threshold').set(1)
    assert.is(second.variable('threshold').get(), 10)
    first[Symbol.dispose]()
    assert.is(second.variable('threshold').get(), 10)
  })
})

test('a section that cannot be mapped is read and written by calls', async () => {
  const object = await openFixture('values')
  const data = object.maps.find(({ origin }) => origin === 'data')
  assert.ok(data)
  data.flags = 0
  const mappings = openMappings().length
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const threshold = loaded.variable<number>('threshold')
    assert.is(threshold.get(), 10)
    threshold.set(12)
    assert.is(threshold.get(), 12)
    run(target, loaded)
    assert.is(loaded.variable('hidden_count').get(), 19)
    assert.is(openMappings().length, mappings)
  })
})

test('whatever stands in the bytes of any struct of this kernel can be read, and what was read be written', () => {
  const btf: Btf = new LinuxTarget().kernelBtf()
  let structs = 0
  const refused: string[] = []
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.kind(id) === 'struct' || btf.kind(id) === 'union' ? btf.type(id) : undefined
    if ((type?.kind !== 'struct' && type?.kind !== 'union') || type.size > 4096 || type.size === 0) continue
    structs += 1
    try {
      const codec = codecOf(btf, id)
      assert.is(codec.size, type.size)
      // Bytes that are text, true and no NaN, so that nothing is lost on the way.
      for (const byte of [0, 1]) {
        const value = codec.decode(new Uint8Array(type.size).fill(byte))
        assert.equal(codec.decode(codec.encode(value)), value)
      }
    } catch (error) {
      if (!(error instanceof CcdkError)) throw new Error(`struct ${type.name}`, { cause: error })
      refused.push(`${type.name}: ${error.message}`)
    }
  }
  assert.ok(structs > 5000, String(structs))
  assert.equal(refused, [])
})

test('the kernel refuses what its flags forbid', async () => {
  const object = await openFixture('values')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const map = loaded.map<number, Mixed>('by_key')
    const refused = (errno: string) => (error: unknown) => error instanceof SyscallError && error.errno === errno
    assert.throws(() => map.set(1, {}, 2), refused('ENOENT'))
    map.set(1, {}, 1)
    assert.throws(() => map.set(1, {}, 1), refused('EEXIST'))
    map.set(1, { small: 5 }, 2)
    assert.throws(() => map.setMany([[1, {}], [2, {}]], 1), refused('EEXIST'))
    assert.is(map.get(1)?.small, 5)
  })
})

test.run()
