import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Btf, declaration, parseBtf, sizeOf } from '../../../src/btf/index.ts'
import { CcdkError, collect } from '../../../src/errors/index.ts'
import { openObject, prepare, type PreparedObject } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { survives } from '../../support/refusals.ts'
import { kernelOf } from '../../support/this-kernel.ts'

const test = suite("damaged types of this kernel's", [needs.structOps])

const examples = join(import.meta.dirname, '../../../src/cc-examples')
const objects = ['bpf_cubic', 'bpf_dctcp', 'bpf_reno'].map((name) => openObject(readFileSync(join(examples, `${name}.bpf.o`)), `${name}.bpf.o`))

const read = () => new Uint8Array(readFileSync('/sys/kernel/btf/vmlinux'))

/** The same numbers on every run. */
function* randomNumbers(): Generator<number, never> {
  let state = 0x2545_f491
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield state >>> 0
  }
}

const flip = (bytes: Uint8Array, bit: number) => {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
}

/** Where the types and the strings stand, bytes. */
function sections(bytes: Uint8Array) {
  const word = (at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
  const types = word(4) + word(8)
  return { types, strings: word(4) + word(16), end: word(4) + word(16) + word(20) }
}

const names = ['tcp_congestion_ops', 'bpf_struct_ops_tcp_congestion_ops', 'tcp_sock', 'sock', 'inet_connection_sock']

/** Looks a few types up and binds an example. What is wrong must be said by a CcdkError. */
function use(bytes: Uint8Array, round: number): PreparedObject | CcdkError {
  return survives(() => {
    const btf = parseBtf(bytes, { file: 'damaged' })
    for (const name of names) {
      for (const id of btf.namedEssentially(name)) {
        for (const question of [() => btf.type(id), () => sizeOf(btf, id), () => declareMembers(btf, id)]) collect([], question)
      }
    }
    const object = objects[round % objects.length]
    assert.ok(object)
    return prepare(object, kernelOf(btf))
  })
}

function declareMembers(btf: Btf, id: number): void {
  const type = btf.type(id)
  if (type.kind !== 'struct') return
  for (const member of type.members) declaration(btf, member.type, member.name)
}

const outcomes = () => ({ bound: 0, refused: 0 })
const isBound = (found: PreparedObject | CcdkError) => !(found instanceof CcdkError) && found.problems.length === 0

test('one bit flipped anywhere in the types', () => {
  const bytes = read()
  const { types, strings } = sections(bytes)
  const counts = outcomes()
  const random = randomNumbers()
  for (let round = 0; round < 200; round += 1) {
    const bit = types * 8 + (random.next().value % ((strings - types) * 8))
    flip(bytes, bit)
    counts[isBound(use(bytes, round)) ? 'bound' : 'refused'] += 1
    flip(bytes, bit)
  }
  assert.ok(counts.bound > 10 && counts.refused > 0, JSON.stringify(counts))
})

test('thousands of bits flipped in the strings', () => {
  const random = randomNumbers()
  const bytes = read()
  const { strings, end } = sections(bytes)
  for (let round = 0; round < 20; round += 1) {
    for (let count = 0; count < 1000; count += 1) flip(bytes, strings * 8 + (random.next().value % ((end - strings) * 8)))
    // The first and the last byte must be zero, or nothing of it is read.
    bytes[strings] = 0
    bytes[end - 1] = 0
    use(bytes, round)
  }
})

test('bits flipped in the types that an algorithm is matched with', () => {
  const bytes = read()
  const { types } = sections(bytes)
  const btf = parseBtf(bytes, { file: 'whole' })
  const counts = outcomes()
  let round = 0
  for (const name of names.slice(0, 3)) {
    const id = btf.find(name, 'struct')
    assert.ok(id !== undefined)
    const [start, end] = [btf.startOf(id), btf.startOf(id + 1)].map((word) => (types + word * 4) * 8)
    for (let bit = start ?? 0; bit < (end ?? 0); bit += 59) {
      flip(bytes, bit)
      round += 1
      counts[isBound(use(bytes, round)) ? 'bound' : 'refused'] += 1
      flip(bytes, bit)
    }
  }
  assert.ok(counts.bound > 10 && counts.refused > 0, JSON.stringify(counts))
})

test('types cut anywhere', () => {
  const bytes = read()
  for (let round = 0; round < 100; round += 1) {
    const found = use(bytes.subarray(0, Math.floor((bytes.length * round) / 100)), round)
    assert.instance(found, CcdkError)
  }
})

test.run()
