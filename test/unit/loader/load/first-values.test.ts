import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SHF } from '../../../../src/elf/index.ts'
import { UsageError } from '../../../../src/errors/index.ts'
import { type BpfObject, load, MAP_FLAG, MAP_TYPE, openObject, RecordingTarget } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { writeObject } from '../../../support/object-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('first values of data maps')

const kernel = kernelOf(new BtfWriter().parse())

/** An object with constants of four bytes. */
function open(): BpfObject {
  const section = { name: '.rodata', flags: SHF.ALLOC, data: Uint8Array.of(1, 2, 3, 4) }
  return openObject(writeObject(new BtfWriter(), { sections: [section] }), 'cc.bpf.o')
}

/** The value that a map got of so many bytes. */
function valueOfSize(valueSize: number): number[] {
  const object = open()
  for (const map of object.maps) map.valueSize = valueSize
  using target = new RecordingTarget(kernel)
  using _ = load(object, target)
  return target.calls.flatMap((call) => (call.method === 'update' ? [...call.args[2]] : []))
}

test('have as many bytes as the map, which a kernel reads', () => {
  assert.equal(valueOfSize(4), [1, 2, 3, 4])
  assert.equal(valueOfSize(8), [1, 2, 3, 4, 0, 0, 0, 0])
  assert.equal(valueOfSize(2), [1, 2])
})

const there = { name: 'cc.rodata', type: MAP_TYPE.ARRAY, keySize: 4, valueSize: 4, maxEntries: 1, flags: MAP_FLAG.RDONLY_PROG }

/** What is done to a map that is pinned already. */
function shared(definition: Partial<typeof there> & { mapExtra?: bigint } = {}): string[] {
  const object = open()
  for (const map of object.maps) map.pinned = true
  using target = new RecordingTarget(kernel, { pinned: { '/pins/cc.rodata': { ...there, ...definition } } })
  using _ = load(object, target, { pinRoot: '/pins' })
  return target.calls.map(({ method }) => method)
}

test('are not written into a map that others share', () => {
  assert.equal(shared(), ['loadBtf', 'isPinned', 'openPinned', 'objects.mapInfo'])
})

test('a map of another map_extra is not shared', () => {
  assert.throws(() => shared({ mapExtra: 3n }), (error: unknown) => error instanceof UsageError && /map_extra 3 and not 0/.test(error.message))
})

test.run()
