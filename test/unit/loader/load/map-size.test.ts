import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { load, MAP_TYPE, openObject, RecordingTarget } from '../../../../src/loader/index.ts'
import { SHF } from '../../../../src/elf/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { writeObject } from '../../../support/object-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('how many entries maps get')

/** Loads an object with one map, and answers what the target was asked to make. */
function entries(type: number, maxEntries: number): unknown {
  const types = new BtfWriter()
  const number = (value: number) => types.ptr(types.array(types.int('int', 4), value))
  const definition = types.struct('', [['type', number(type)], ['max_entries', number(maxEntries)]])
  types.datasec('.maps', [{ type: types.var('m', definition), offset: 0, size: 16 }])
  const section = { name: '.maps', flags: SHF.ALLOC | SHF.WRITE, data: new Uint8Array(16) }
  const bytes = writeObject(types, { sections: [section], symbols: [{ name: 'm', section: '.maps', size: 16, type: 1 }] })
  const target = new RecordingTarget(kernelOf(new BtfWriter().parse('vmlinux')), { possibleCpus: 3 })
  using loaded = load(openObject(bytes, 'm.bpf.o'), target)
  assert.is(loaded.maps.size, 1)
  const made = target.calls.find(({ method }) => method === 'createMap')?.args[0]
  return typeof made === 'object' && 'maxEntries' in made ? made.maxEntries : undefined
}

test('an array of perf events without a size has one for each processor', () => {
  assert.is(entries(MAP_TYPE.PERF_EVENT_ARRAY, 0), 3)
  assert.is(entries(MAP_TYPE.PERF_EVENT_ARRAY, 7), 7)
})

test('a ring buffer has a power of two of pages', () => {
  assert.is(entries(MAP_TYPE.RINGBUF, 4097), 8192)
})

test.run()
