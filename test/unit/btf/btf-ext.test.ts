import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseBtfExt } from '../../../src/btf/index.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('.BTF.ext')

const where = (littleEndian: boolean) => ({ file: 'cc.bpf.o', path: '.BTF.ext', littleEndian })

/** One list of each kind: the record size, then for each section its name, the number of records and their words. */
const lists = {
  funcInfo: [8, 11, 2, 0, 1, 8, 2],
  lineInfo: [16, 11, 1, 0, 5, 6, 7, 22, 1, 8, 5, 6, 7],
  coreRelos: [16, 11, 1, 24, 3, 40, 0],
}

function write(littleEndian = true, { headerSize = 32, funcInfo = lists.funcInfo } = {}): Uint8Array {
  const all = [funcInfo, lists.lineInfo, lists.coreRelos]
  const out = new Uint8Array(32 + all.flat().length * 4)
  const view = new DataView(out.buffer)
  view.setUint16(0, 0xeb9f, littleEndian)
  out[2] = 1
  view.setUint32(4, headerSize, littleEndian)
  let at = 0
  for (const [index, words] of all.entries()) {
    view.setUint32(8 + index * 8, at, littleEndian)
    view.setUint32(12 + index * 8, words.length * 4, littleEndian)
    for (const word of words) {
      view.setUint32(32 + at, word, littleEndian)
      at += 4
    }
  }
  return out
}

for (const littleEndian of [true, false]) {
  test(`lists are read section by section, ${littleEndian ? 'little' : 'big'}-endian`, () => {
    const ext = parseBtfExt(write(littleEndian), where(littleEndian))
    assert.equal(ext, {
      funcInfo: [{ nameOffset: 11, recordSize: 8, count: 2, words: Uint32Array.of(0, 1, 8, 2) }],
      lineInfo: [
        { nameOffset: 11, recordSize: 16, count: 1, words: Uint32Array.of(0, 5, 6, 7) },
        { nameOffset: 22, recordSize: 16, count: 1, words: Uint32Array.of(8, 5, 6, 7) },
      ],
      coreRelos: [{ nameOffset: 11, recordSize: 16, count: 1, words: Uint32Array.of(24, 3, 40, 0) }],
    })
  })
}

test('an old header has no list of CO-RE relocations', () => {
  const old = write().slice(8)
  const view = new DataView(old.buffer)
  view.setUint16(0, 0xeb9f, true)
  old[2] = 1
  for (const [index, number] of [24, 0, 28, 28, 52].entries()) view.setUint32(4 + index * 4, number, true)
  const ext = parseBtfExt(old, where(true))
  assert.equal([ext.funcInfo.length, ext.lineInfo.length, ext.coreRelos.length], [1, 2, 0])
})

test('records may be longer than this version knows', () => {
  const { funcInfo } = parseBtfExt(write(true, { funcInfo: [12, 11, 1, 0, 1, 99] }), where(true))
  assert.equal(funcInfo, [{ nameOffset: 11, recordSize: 12, count: 1, words: Uint32Array.of(0, 1, 99) }])
})

test('records that are too short, or too many, are refused', () => {
  const bad = (funcInfo: number[]) => objectError(() => parseBtfExt(write(true, { funcInfo }), where(true)))
  for (const size of [0, 4, 9, 0xffff_ffff]) assert.match(bad([size, 11, 0]).message, '.BTF.ext/func_info: records of at least 8')
  for (const count of [3, 0x1fff_ffff, 0x2000_0000, 0xffff_ffff]) {
    assert.match(bad([8, 11, count, 0, 1]).message, '.BTF.ext/func_info/section[0]')
  }
  assert.match(bad([8, 11]).message, '.BTF.ext/func_info: 4 bytes at offset 8')
})

test('bytes cut anywhere are refused', () => {
  const whole = write()
  for (let length = 0; length < whole.length; length += 1) {
    assert.match(objectError(() => parseBtfExt(whole.subarray(0, length), where(true))).path, '.BTF.ext')
  }
})

test('bytes with any one bit flipped are read or refused', () => {
  const whole = write()
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const bytes = whole.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    survives(() => parseBtfExt(bytes, where(true)), 100)
  }
})

test('another byte order than the object has is refused', () => {
  assert.match(objectError(() => parseBtfExt(write(false), where(true))).expected, 'eb9f in the byte order of the object')
})

test.run()
