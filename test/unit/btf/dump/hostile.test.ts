import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, dumpC } from '../../../../src/btf/index.ts'
import { anyType, writeType } from '../../../support/any-btf.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { objectError, survives } from '../../../support/refusals.ts'

const test = suite('btf as C, hostile')

/** The C of a few types takes milliseconds. */
const soon = 2000

function written(build: (writer: BtfWriter, int: number) => void): Btf {
  const writer = new BtfWriter()
  build(writer, writer.int('int', 4, { signed: true }))
  return writer.parse()
}

test('refuses what no C can say', () => {
  const itself = written((writer) => writer.struct('itself', [['me', writer.ahead()]], 8))
  assert.match(objectError(() => dumpC(itself)).message, 'does not contain itself')
  const pointer = written((writer) => writer.ptr(writer.ahead()))
  assert.match(objectError(() => dumpC(pointer)).message, 'deep in each other')
  const anonymous = written((writer) => writer.struct('', [['me', writer.ptr(writer.ahead(1))]], 8))
  assert.match(objectError(() => dumpC(anonymous)).message, 'does not contain itself')
  const func = written((writer, int) => writer.struct('s', [['f', writer.func('f', writer.proto(int))]], 8))
  assert.match(objectError(() => dumpC(func)).message, 'a type of a variable')
})

test('ends, with an error, where C would repeat without end', () => {
  const btf = written((writer, int) => {
    let type = int
    for (let level = 0; level < 60; level += 1) type = writer.union('', [['a', type], ['b', type]])
    writer.struct('top', [['x', type]])
  })
  const error = survives(() => dumpC(btf), soon)
  assert.instance(error, Error)
  const prototypes = written((writer, int) => {
    let type = int
    for (let level = 0; level < 60; level += 1) type = writer.ptr(writer.proto(type, [type, type]))
    writer.struct('top', [['x', type]])
  })
  assert.instance(survives(() => dumpC(prototypes), soon), Error)
  const large = written((writer) => writer.struct('large', [], 0xffff_ffff))
  assert.instance(survives(() => dumpC(large), soon), Error)
})

test('integers may be called as what every object in JavaScript has', () => {
  const btf = written((writer) => writer.struct('s', [['a', writer.int('constructor', 4)], ['b', writer.int('toString', 4)]]))
  assert.is(dumpC(btf), 'struct s {\n\tconstructor a;\n\ttoString b;\n};\n\n')
})

test('survives any types', () => {
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 30 }), (types) => {
      const writer = new BtfWriter()
      for (const type of types) writeType(writer, type)
      const btf = writer.parse()
      survives(() => dumpC(btf), soon)
      for (let id = 1; id < btf.endId; id += 1) survives(() => dumpC(btf, [id]), soon)
    }),
    { numRuns: 500 },
  )
})

test.run()
