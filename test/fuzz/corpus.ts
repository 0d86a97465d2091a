import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Btf, parseBtf } from '../../src/btf/index.ts'
import { parseElf } from '../../src/elf/index.ts'
import { type Fields, fieldsOfBtf, fieldsOfExt, fieldsOfObject } from './fields.ts'

/** An undamaged object, and what of it is read alone. */
export interface Seed {
  readonly name: string
  readonly object: Part
  readonly types: Part
  /** Of `.BTF.ext`; null where there is none. */
  readonly ext: Part | null
  readonly btf: Btf
}

export interface Part {
  readonly bytes: Uint8Array
  /** Made when it is asked for the first time. */
  readonly fields: Fields
}

const root = join(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache')
/** Larger objects say nothing that smaller ones do not, and take long. */
const largest = 32 * 1024

const patterns = {
  committed: [join(root, 'src/cc-examples/*.bpf.o')],
  all: [
    join(root, 'src/cc-examples/*.bpf.o'),
    join(cache, 'ccdk-fixtures/*/*.bpf.o'),
    join(cache, 'ccdk-selftests/*/*/*.bpf.o'),
  ],
}

/** The objects to start from: those that are committed and, with `all`, whatever the tests have compiled. */
export function readCorpus(which: keyof typeof patterns): Seed[] {
  const files = globSync(patterns[which]).toSorted((left, right) => (basename(left) < basename(right) ? -1 : 1))
  return files.flatMap((file) => {
    const bytes = new Uint8Array(readFileSync(file))
    const seed = bytes.length > largest ? undefined : seedOf(basename(file), bytes)
    return seed === undefined ? [] : [seed]
  })
}

/** Undefined for an object without types. */
function seedOf(name: string, bytes: Uint8Array): Seed | undefined {
  const elf = parseElf(bytes, name)
  const types = elf.section('.BTF')
  if (types === undefined) return undefined
  const ext = elf.section('.BTF.ext')
  return {
    name,
    object: part(bytes, fieldsOfObject),
    types: part(types.data, fieldsOfBtf),
    ext: ext === undefined ? null : part(ext.data, fieldsOfExt),
    btf: parseBtf(types.data, { file: name }),
  }
}

export function part(bytes: Uint8Array, fieldsOf: (bytes: Uint8Array) => Fields): Part {
  let fields: Fields | undefined
  return {
    bytes,
    get fields() {
      fields ??= fieldsOf(bytes)
      return fields
    },
  }
}
