/** Values of the kernel's types, of any bytes, beside what libbpf's `btf_dump__dump_type_data` says of them. */
import * as assert from 'uvu/assert'
import { type Btf, type BtfValue, codecOf, formatValue, sizeOf } from '../../../src/btf/index.ts'
import { LibbpfValues, type Printed, readPrinted } from '../../support/libbpf-values.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite('values against libbpf', [needs.structOps, needs.libbpf])

const isPowerOfTwo = (value: bigint) => value > 0n && (value & (value - 1n)) === 0n

/** Whether the bits are the same: libbpf prints bitfields, and unknown enumerators, without regard to their sign. */
function sameNumber(printed: string, ours: number | bigint): boolean {
  if (!/^-?(?:0x[\da-f]+|\d+)$/.test(printed)) return false
  const [left, right] = [BigInt(printed), BigInt(ours)]
  return left === right || isPowerOfTwo(left - right) || isPowerOfTwo(right - left)
}

const byteOf = (item: Printed): number => (item.kind === 'char' ? item.byte : item.kind === 'word' ? Number(item.text) & 0xff : -1)

/** What is not the same in both, as a path; undefined when all is. */
function difference(printed: Printed, ours: BtfValue, path = ''): string | undefined {
  const unlike = () => `${path}: ${JSON.stringify(printed)} and ${formatValue(ours)}`
  if (printed.kind === 'record') {
    if (typeof ours !== 'object' || !isRecord(ours)) return unlike()
    for (const { name, value } of printed.members) {
      const member = name === '' ? ours : ours[name]
      // A bitfield without a name only keeps a place.
      if (member === undefined || (name === '' && value.kind !== 'record')) return name === '' ? undefined : unlike()
      const found = difference(value, member, name === '' ? path : `${path}.${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (printed.kind === 'list') {
    // libbpf takes every array of bytes for a text, which ends before the first zero.
    if (typeof ours === 'string') return Buffer.from(printed.items.map(byteOf)).toString() === ours ? undefined : unlike()
    if (!Array.isArray(ours)) return unlike()
    const { length } = printed.items
    // Of a flexible array libbpf shows no elements.
    if (length > 0 && length < ours.length && Number(ours[length]) !== 0) return unlike()
    return printed.items.map((item, at) => difference(item, ours[at] ?? '', `${path}[${at}]`)).find((found) => found !== undefined)
  }
  // Behind such an array libbpf goes on to print other bytes as characters.
  const text = printed.kind === 'char' ? String(printed.byte) : printed.text
  if (typeof ours === 'string') return text === ours ? undefined : unlike()
  if (typeof ours === 'boolean') return (Number(text) !== 0) === ours ? undefined : unlike()
  return (typeof ours === 'number' || typeof ours === 'bigint') && sameNumber(text, ours) ? undefined : unlike()
}

const isRecord = (value: object): value is Readonly<Record<string, BtfValue>> => !Array.isArray(value) && !(value instanceof Uint8Array)

/** Whether there is an array of bytes in a type: libbpf 1.1 leaves out, or prints as characters, much of what follows it. */
function hasBytes(btf: Btf, id: number): boolean {
  const type = btf.resolved(id)
  if (type.kind === 'array') return sizeOf(btf, type.element) === 1 || hasBytes(btf, type.element)
  return (type.kind === 'struct' || type.kind === 'union') && type.members.some((member) => hasBytes(btf, member.type))
}

/** The same bytes in every run. */
function bytesOf(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}

test('every third struct and union of the kernel says the same of any bytes', () => {
  const btf = thisKernelsBtf()
  using theirs = new LibbpfValues('/sys/kernel/btf/vmlinux')
  let compared = 0
  for (let id = 1; id < btf.endId; id += 3) {
    const type = btf.type(id)
    if ((type.kind !== 'struct' && type.kind !== 'union') || type.size > 2048 || hasBytes(btf, id)) continue
    const bytes = bytesOf(type.size, id)
    const printed = theirs.print(id, bytes)
    if (printed === undefined) continue
    assert.is(difference(readPrinted(printed), codecOf(btf, id).decode(bytes)), undefined, `${type.kind} ${type.name}`)
    compared += 1
  }
  assert.ok(compared > 2000, `${compared} compared`)
})

test("the types that libbpf's own tests print", () => {
  const btf = thisKernelsBtf()
  using theirs = new LibbpfValues('/sys/kernel/btf/vmlinux')
  const kinds = ['int', 'typedef', 'enum', 'struct', 'union'] as const
  for (const name of ['int', 'char', '__int128 unsigned', 'u64', 'atomic_t', 'bpf_cmd', 'btf_enum', 'list_head', 'bpf_prog_info', '__sk_buff', 'bpf_insn', 'bpf_sock_ops', 'bpf_iter_link_info', 'fs_context']) {
    const id = btf.find(name, ...kinds)
    if (id === undefined) throw new Error(`no ${name}`)
    for (const bytes of [bytesOf(sizeOf(btf, id), 7), new Uint8Array(sizeOf(btf, id)), new Uint8Array(sizeOf(btf, id)).fill(255)]) {
      const printed = theirs.print(id, bytes)
      // It gives up at an enum with a sign that has no name for the value.
      if (printed !== undefined) assert.is(difference(readPrinted(printed), codecOf(btf, id).decode(bytes)), undefined, name)
    }
  }
})

test.run()
