import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, concatBtf, dedupBtf, encodeBtf, rawText } from '../../../../src/btf/index.ts'
import { eachReference, wordsOf } from '../../../../src/btf/references.ts'
import { anyType, writeType } from '../../../support/any-btf.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { objectError, survives } from '../../../support/refusals.ts'

const test = suite('deduplicating btf')

const signed = { signed: true }

/** BTF as a compiler writes it for one file. */
function unit(build: (writer: BtfWriter, int: number) => void): Btf {
  const writer = new BtfWriter()
  build(writer, writer.int('int', 4, signed))
  return writer.parse()
}

const lines = (btf: Btf): string[] =>
  Array.from({ length: btf.endId - 1 }, (_, index) => rawText(btf, index + 1).replaceAll('\n\t', ' '))
const together = (...units: readonly Btf[]) => dedupBtf(concatBtf(units))

const list = (writer: BtfWriter, int: number) => {
  const pointer = writer.ptr(writer.ahead(1))
  writer.struct('list', [['next', pointer], ['value', int]])
}

test('stores once what is equal, in the order of the first, and tells the new ids', () => {
  const { btf, ids } = together(
    unit((writer, int) => writer.typedef('s32', int)),
    unit((writer, int) => {
      writer.struct('pair', [['a', int], ['b', int]])
      writer.typedef('s32', int)
      writer.typedef('s32', writer.ptr(int))
    }),
  )
  assert.equal(lines(btf), [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    "[2] TYPEDEF 's32' type_id=1",
    "[3] STRUCT 'pair' size=8 vlen=2 'a' type_id=1 bits_offset=0 'b' type_id=1 bits_offset=32",
    "[4] PTR '(anon)' type_id=1",
    "[5] TYPEDEF 's32' type_id=4",
  ])
  assert.equal([...ids], [0, 1, 2, 1, 3, 2, 4, 5])
})

test('sees through circles', () => {
  const one = unit(list)
  assert.equal(lines(together(one, one, one).btf), lines(one))
  // The same circle, entered at another point, with other ids.
  const turned = unit((writer, int) => writer.ptr(writer.struct('list', [['next', writer.ahead(1)], ['value', int]], 16)))
  const same = unit((writer, int) => {
    writer.struct('list', [['next', writer.ahead(1)], ['value', int, { bit: 64 }]], 16)
    writer.ptr(2)
  })
  const other = unit((writer, int) => {
    const pointer = writer.ptr(writer.ahead(1))
    writer.struct('list', [['next', pointer], ['value', int]], 16)
  })
  assert.is(together(same, other).btf.endId, other.endId)
  assert.ok(together(turned, other).btf.endId > other.endId)
})

test('keeps apart what differs only far away', () => {
  const far = (name: string) =>
    unit((writer, int) => {
      const inner = writer.struct('inner', [[name, int]])
      writer.struct('outer', [['p', writer.ptr(writer.struct('middle', [['p', writer.ptr(inner)]]))]])
    })
  const { btf } = together(far('a'), far('b'), far('a'))
  assert.equal(
    lines(btf).filter((line) => line.includes("'outer'")).length,
    2,
  )
  assert.is(btf.endId - 1, 11)
})

test('takes a forward declaration for the definition in another unit', () => {
  const declares = unit((writer) => {
    writer.struct('user', [['sk', writer.ptr(writer.fwd('sock'))]])
    writer.ptr(writer.fwd('info', { union: true }))
    writer.enum('state', {})
  })
  const defines = unit((writer, int) => {
    const sock = writer.struct('sock', [['fd', int]])
    writer.struct('user', [['sk', writer.ptr(sock)]])
    writer.ptr(writer.union('info', [['a', int]]))
    writer.enum('state', { OPEN: 1 })
  })
  for (const units of [[declares, defines], [defines, declares]]) {
    const { btf, ids } = together(...units)
    assert.is(btf.endId, defines.endId)
    assert.not(lines(btf).some((line) => line.includes('FWD') || line.includes('vlen=0')))
    assert.ok(ids.subarray(1).every((id) => id > 0))
  }
})

test('resolves declarations that depend on each other', () => {
  const first = unit((writer, int) => {
    const b = writer.ptr(writer.fwd('b'))
    writer.struct('a', [['b', b], ['x', int]])
  })
  const second = unit((writer, int) => {
    const a = writer.ptr(writer.fwd('a'))
    writer.struct('b', [['a', a], ['y', int]])
  })
  const { btf } = together(first, second)
  assert.equal(lines(btf).map((line) => line.split(' ')[1]), ['INT', 'PTR', 'STRUCT', 'PTR', 'STRUCT'])
})

test('leaves a declaration alone that may be of different definitions', () => {
  const declares = unit((writer) => writer.ptr(writer.fwd('sock')))
  const defines = (name: string) => unit((writer, int) => writer.ptr(writer.struct('sock', [[name, int]])))
  const { btf } = together(declares, defines('a'), defines('b'))
  assert.is(lines(btf).filter((line) => line.includes('FWD')).length, 1)
  assert.is(btf.endId - 1, 7)
  const wrongKind = together(declares, unit((writer, int) => writer.union('sock', [['a', int]])))
  assert.is(lines(wrongKind.btf).filter((line) => line.includes('FWD')).length, 1)
})

test('takes an unclear declaration for the definition that its place asks for', () => {
  const user = (writer: BtfWriter, sock: number) => writer.struct('user', [['sk', writer.ptr(sock)]])
  const declares = unit((writer) => writer.ptr(user(writer, writer.fwd('sock'))))
  const defines = (name: string, userOf: (writer: BtfWriter, sock: number) => number) =>
    unit((writer, int) => writer.ptr(userOf(writer, writer.struct('sock', [[name, int]]))))
  const other = (writer: BtfWriter, sock: number) => writer.struct('other', [['sk', writer.ptr(sock)]])
  const units = [declares, defines('a', other), defines('b', user)]
  for (const order of [units, units.toReversed()]) {
    const { btf } = together(...order)
    const text = lines(btf)
    assert.is(text.filter((line) => line.includes("'user'")).length, 1)
    assert.is(text.filter((line) => line.includes("'sock'")).length, 2)
    assert.not(text.some((line) => line.includes('FWD')))
    // One int; two of sock, each with its pointer; user and other, each with its pointer.
    assert.is(text.length, 9)
    assert.equal(lines(dedupBtf(btf).btf), text)
  }
})

test('keeps an unclear declaration that others use as well', () => {
  const declares = unit((writer, int) => {
    const pointer = writer.ptr(writer.fwd('sock'))
    writer.struct('user', [['sk', pointer]])
    writer.func('f', writer.proto(int, [['sk', pointer]]))
  })
  const defines = (name: string, holder: string) =>
    unit((writer, int) => writer.struct(holder, [['sk', writer.ptr(writer.struct('sock', [[name, int]]))]]))
  const text = lines(together(declares, defines('a', 'user'), defines('b', 'other')).btf)
  assert.is(text.filter((line) => line.includes("'user'")).length, 1)
  assert.is(text.filter((line) => line.includes('FWD')).length, 1)
})

test('keeps every variable and section', () => {
  const one = unit((writer, int) => {
    const variable = writer.var('counter', int, 0)
    writer.datasec('.bss', [{ type: variable, offset: 0, size: 4 }], 4)
    writer.func('f', writer.proto(0, [['a', int]]))
  })
  const { btf } = together(one, one)
  const kinds = lines(btf).map((line) => line.split(' ')[1])
  assert.equal(kinds, ['INT', 'VAR', 'DATASEC', 'FUNC_PROTO', 'FUNC', 'VAR', 'DATASEC'])
})

test('takes equal texts for equal wherever they stand in the strings', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4)
  writer.typedef('t', int)
  // The same text as a part of a longer one.
  const longer = writer.string('not')
  writer.raw([longer + 2, 8 << 24, int])
  const { btf } = dedupBtf(writer.parse())
  assert.is(btf.endId - 1, 2)
})

const anyBtf = fc.array(anyType, { maxLength: 30 }).map((types) => {
  const writer = new BtfWriter()
  for (const type of types) writeType(writer, type)
  return writer.parse()
})
/** Types whose references all lead somewhere. */
const soundBtf = fc.array(anyType, { minLength: 1, maxLength: 30 }).map((types) => {
  const writer = new BtfWriter()
  for (const type of types) writeType(writer, type)
  const btf = writer.parse()
  for (let id = 1; id < btf.endId; id += 1) {
    const words = wordsOf(btf, id)
    eachReference(words, 0, (at) => (words[at] = (words[at] ?? 0) % btf.endId))
  }
  return btf
})

test('changes nothing the second time, and finds nothing new in a second copy', () => {
  fc.assert(
    fc.property(soundBtf, (btf) => {
      const once = dedupBtf(btf).btf
      assert.equal(encodeBtf(dedupBtf(once).btf), encodeBtf(once))
      const twice = together(btf, btf).btf
      const alone = lines(once).filter((line) => /^\[\d+\] (VAR|DATASEC)/.test(line))
      // What is of a variable, such as a tag, is as often there as the variable.
      if (alone.length === 0) assert.equal(encodeBtf(twice), encodeBtf(once))
    }),
    { numRuns: 500 },
  )
})

/** Few names, so that most declarations have several definitions. */
const confusing = fc
  .array(fc.tuple(fc.constantFrom('ptr', 'fwd', 'a', 'b', 'typedef', 'proto'), fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 20 })
  .map((parts) => {
    const writer = new BtfWriter()
    writer.int('int', 4)
    for (const [what, left, right] of parts) {
      const [one, two] = [left % (parts.length + 1), right % (parts.length + 1)]
      if (what === 'ptr') writer.ptr(one)
      else if (what === 'fwd') writer.fwd(right % 2 === 0 ? 'a' : 'b')
      else if (what === 'typedef') writer.typedef('t', one)
      else if (what === 'proto') writer.proto(one, [two])
      else writer.struct(what, [['x', one, { bit: 0 }], ...(right % 3 === 0 ? [['y', two, { bit: 64 }] as const] : [])], 16)
    }
    return writer.parse()
  })

test('comes to an end that stays, however unclear the declarations are', () => {
  fc.assert(
    fc.property(confusing, (btf) => {
      const { btf: once, ids } = dedupBtf(btf)
      assert.ok(ids.subarray(1).every((id) => id > 0 && id < once.endId))
      assert.equal(lines(dedupBtf(once).btf), lines(once))
      // A second copy makes nothing clearer.
      assert.is(together(btf, btf).btf.endId, once.endId)
    }),
    { numRuns: 2000 },
  )
})

/** The same by the plainest way: part classes by what their members are made of, as often as there are types. */
function naiveClasses(btf: Btf): Map<string, number[]> {
  let classes: string[] = Array.from({ length: btf.endId }, () => '')
  for (let round = 0; round <= btf.endId; round += 1) {
    const texts = classes.map((_, id) => {
      if (id === 0) return 'void'
      const kind = btf.kind(id)
      if (kind === 'var' || kind === 'datasec') return `only ${id}`
      const words = wordsOf(btf, id)
      const made: string[] = []
      eachReference(words, 0, (at) => made.push(classes[words[at] ?? 0] ?? ''))
      const { id: _id, ...facts } = btf.type(id)
      const own = JSON.stringify(facts, (key, value: unknown) => {
        if (['type', 'element', 'index', 'returns'].includes(key)) return null
        return typeof value === 'bigint' ? String(value) : value
      })
      return `${own} ${made.join()}`
    })
    const numbers = new Map([...new Set(texts)].map((text, index) => [text, String(index)]))
    classes = texts.map((text) => numbers.get(text) ?? '')
  }
  return Map.groupBy(classes.keys(), (id) => classes[id] ?? '')
}

test('finds the same as comparing everything with everything', () => {
  const noForwards = soundBtf.filter((btf) => {
    for (let id = 1; id < btf.endId; id += 1) {
      const type = btf.type(id)
      if (type.kind === 'fwd' || ('values' in type && type.values.length === 0)) return false
    }
    return true
  })
  fc.assert(
    fc.property(noForwards, (btf) => {
      const copies = concatBtf([btf, btf])
      const { ids } = dedupBtf(copies)
      const ours = Map.groupBy(ids.keys(), (id) => ids[id])
      assert.equal([...ours.values()], [...naiveClasses(copies).values()])
    }),
    { numRuns: 300 },
  )
})

test('survives any types', () => {
  fc.assert(fc.property(anyBtf, (btf) => void survives(() => dedupBtf(btf), 2000)))
})

test('refuses references to types that are not there', () => {
  const bad = unit((writer) => writer.ptr(77))
  assert.match(objectError(() => dedupBtf(bad)).message, 'not 77')
  assert.match(objectError(() => concatBtf([bad, bad])).message, 'not 77')
})

test('takes no longer for long chains and large circles', () => {
  const chain = unit((writer) => {
    for (let level = 0; level < 50_000; level += 1) writer.ptr(writer.ahead(-1))
  })
  assert.instance(survives(() => together(chain, chain), 5000), Object)
  const circle = unit((writer, int) => {
    for (let level = 0; level < 50_000; level += 1) writer.ptr(writer.ahead(1))
    writer.ptr(writer.struct('end', [['x', writer.ptr(int + 1)]], 8))
  })
  assert.instance(survives(() => together(circle, circle), 5000), Object)
})

test('gives up comparing where everything looks alike', () => {
  const btf = unit((writer, int) => {
    writer.struct('sock', [['a', int]])
    writer.struct('sock', [['b', int]])
    let type = writer.ptr(writer.fwd('sock'))
    for (let level = 0; level < 5000; level += 1) type = writer.ptr(writer.struct('user', [['sk', type]]))
  })
  assert.instance(survives(() => dedupBtf(btf), 5000), Object)
})

test.run()
