import { type Btf, codecOf, encodeBtf, encodeBtfExt, formatValue, jsonValue, parseBtf, parseBtfExt } from '../../../src/btf/index.ts'
import { collect } from '../../../src/errors/index.ts'
import { anyTypes } from '../any-types.ts'
import type { FuzzTarget } from '../case.ts'
import { askAll, remake } from '../explore.ts'
import { fieldsOfBtf } from '../fields.ts'
import { edits } from '../mutate.ts'

const where = { file: 'fuzz.btf' }

/** Types of an object, or any, with parts changed: read, written, as C, stored once. */
export const types: FuzzTarget = {
  name: 'types',
  share: 5,
  make(random, corpus) {
    const seed = random.pick(corpus)
    const bytes = random.once(2) ? seed.types.bytes : encodeBtf(anyTypes(random))
    const fields = bytes === seed.types.bytes ? seed.types.fields : fieldsOfBtf(bytes)
    const some = random.below(60)
    return {
      from: bytes === seed.types.bytes ? `types of ${seed.name}` : 'any types',
      bytes,
      edits: random.once(10) ? [] : edits(random, bytes, fields),
      run(damaged) {
        const btf = parseBtf(damaged, where)
        askAll(btf)
        remake(btf, some)
      },
    }
  },
}

/** Split types on a base, either of them with parts changed. */
export const splitTypes: FuzzTarget = {
  name: 'split types',
  share: 2,
  make(random) {
    const base = anyTypes(random)
    const bytes = encodeBtf(anyTypes(random, base))
    const isBase = random.once(3)
    const baseBytes = encodeBtf(base)
    const whole = isBase ? baseBytes : bytes
    const some = random.below(60)
    return {
      from: `${isBase ? 'the base of' : ''} any split types`,
      bytes: whole,
      edits: edits(random, whole, isBase ? fieldsOfBtf(whole) : fieldsOfBtf(whole, base)),
      run(damaged) {
        const on = isBase ? parseBtf(damaged, where) : base
        const btf = parseBtf(isBase ? bytes : damaged, { ...where, base: on })
        askAll(btf)
        remake(btf, some)
      },
    }
  },
}

/** `.BTF.ext` alone. */
export const extension: FuzzTarget = {
  name: '.BTF.ext',
  share: 1,
  make(random, corpus) {
    const seed = random.pick(corpus.filter(({ ext }) => ext !== null))
    const { bytes, fields } = seed.ext ?? seed.types
    return {
      from: `.BTF.ext of ${seed.name}`,
      bytes,
      edits: edits(random, bytes, fields),
      run(damaged) {
        const littleEndian = damaged[0] !== 0xeb
        const read = parseBtfExt(damaged, { ...where, path: '.BTF.ext', littleEndian })
        parseBtfExt(encodeBtfExt(read, { littleEndian }), { ...where, path: '.BTF.ext', littleEndian })
      },
    }
  },
}

/** Values of any bytes, of all types of an object or of any: read, written as text, and back into bytes. */
export const values: FuzzTarget = {
  name: 'values',
  share: 2,
  make(random, corpus) {
    const seed = random.pick(corpus)
    const bytes = random.once(4) ? seed.types.bytes : encodeBtf(anyTypes(random))
    const fields = bytes === seed.types.bytes ? seed.types.fields : fieldsOfBtf(bytes)
    const isWhole = random.once(2)
    const content = random.bytes(4096)
    // What shares its bytes with something else does not come back.
    const comesBack = isWhole && bytes === seed.types.bytes
    return {
      from: bytes === seed.types.bytes ? `values of ${seed.name}` : 'values of any types',
      bytes,
      edits: isWhole ? [] : edits(random, bytes, fields),
      run(damaged) {
        const btf = parseBtf(damaged, where)
        for (let id = 1; id < btf.endId; id += 1) {
          collect([], () => throughCodec(btf, id, content, comesBack && btf.kind(id) !== 'datasec'))
        }
      },
    }
  },
}

function throughCodec(btf: Btf, id: number, content: Uint8Array, comesBack: boolean): void {
  const codec = codecOf(btf, id)
  if (codec.size > content.length) return
  const value = codec.decode(content.subarray(0, codec.size))
  const text = formatValue(value)
  jsonValue(value)
  const again = codec.decode(codec.encode(value))
  // Texts that are no UTF-8 come back as others; everything else must not.
  if (comesBack && !text.includes('�') && formatValue(again) !== text) throw new Error(`${text} came back as ${formatValue(again)}`)
}

