import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { load, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { bpftool } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('CO-RE on the kernel', [needs.root, needs.structOps, needs.clang, needs.bpftool])

interface Member {
  name: string
  type_id: number
  bits_offset: number
  bitfield_size?: number
}

/** A type as bpftool dumps it. */
interface Dumped {
  id: number
  kind: string
  name: string
  size?: number
  type_id?: number
  nr_elems?: number
  members?: Member[]
  values?: { name: string; val: number | bigint }[]
}

/** The types of a file as bpftool reads them, which has nothing in common with how they are read here. */
class DumpedTypes {
  readonly #types: Map<number, Dumped>

  constructor(types: readonly Dumped[]) {
    this.#types = new Map(types.map((type) => [type.id, type]))
  }

  static async of(file: string): Promise<DumpedTypes> {
    const { types } = await bpftool<{ types: Dumped[] }>('btf', 'dump', 'file', file)
    return new DumpedTypes(types)
  }

  find(kind: string, name: string): Dumped {
    const found = this.#types.values().find((type) => type.kind === kind && type.name === name)
    if (found === undefined) throw new Error(`no ${kind} ${name}`)
    return found
  }

  #resolved(id: number): Dumped {
    for (let at = this.#types.get(id); at !== undefined; at = this.#types.get(at.type_id ?? 0)) {
      if (!['TYPEDEF', 'CONST', 'VOLATILE', 'TYPE_TAG'].includes(at.kind)) return at
    }
    throw new Error(`no type ${id}`)
  }

  /** A member by a path of names and indices: its offset in bits, and its type. Anonymous structs have no name there. */
  place(struct: string, ...path: readonly (string | number)[]): { bits: number; width: number; type: Dumped } {
    let at = { bits: 0, width: 0, type: this.find('STRUCT', struct) }
    for (const step of path) {
      const { bits, type } = at
      if (typeof step === 'number') {
        const element = this.#resolved(type.type_id ?? 0)
        at = { bits: bits + step * (element.size ?? 8) * 8, width: 0, type: element }
      } else {
        const found = this.#member(type, step)
        if (found === undefined) throw new Error(`no ${step} in ${struct}`)
        at = { bits: bits + found.bits, width: found.width, type: found.type }
      }
    }
    return at
  }

  #member(type: Dumped, name: string): { bits: number; width: number; type: Dumped } | undefined {
    for (const member of type.members ?? []) {
      const inner = this.#resolved(member.type_id)
      if (member.name === name) return { bits: member.bits_offset, width: member.bitfield_size ?? 0, type: inner }
      const found = member.name === '(anon)' ? this.#member(inner, name) : undefined
      if (found !== undefined) return { ...found, bits: found.bits + member.bits_offset }
    }
    return undefined
  }

  bytes(struct: string, ...path: readonly (string | number)[]): bigint {
    return BigInt(this.place(struct, ...path).bits / 8)
  }

  enumerator(kind: string, name: string, enumerator: string): bigint {
    const value = this.find(kind, name).values?.find((candidate) => candidate.name === enumerator)
    if (value === undefined) throw new Error(`no ${enumerator} in ${name}`)
    return BigInt(value.val)
  }
}

/** Runs the program once and reads its answers by their names. */
async function answers(file: string): Promise<Record<string, bigint>> {
  return await leavesNothing(async (target) => {
    using loaded = load(openObject(await readFile(file), file), target)
    const program = loaded.programs.get('core_relocations')
    const bss = loaded.maps.get('core.bss')
    assert.ok(program && bss)
    assert.is(target.testRun(program.handle, { context: new Uint8Array(16) }).returned, 0)
    const value = target.lookup(bss.handle, new Uint8Array(4), bss.spec.valueSize)
    const { btf } = loaded.object
    const variable = btf.type(btf.find('core', 'var') ?? 0)
    const struct = btf.resolved(variable.kind === 'var' ? variable.type : 0)
    assert.ok(value && struct.kind === 'struct')
    const view = new DataView(value.buffer)
    return Object.fromEntries(
      struct.members.map(({ name, bitOffset }) => [name, view.getBigUint64(bitOffset / 8, true)]),
    )
  })
}

/** The assertion library prints no bigints. */
const inWords = (values: Record<string, bigint>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

test('every kind of relocation has the value that the kernel has', async () => {
  const file = await compileFixture('core')
  const [kernel, local, found] = await Promise.all([
    DumpedTypes.of('/sys/kernel/btf/vmlinux'),
    DumpedTypes.of(file),
    answers(file),
  ])
  const state = kernel.place('inet_connection_sock', 'icsk_ca_state')
  // It has less than a byte and lies in one.
  const startInByte = BigInt(state.bits % 8)
  assert.ok(state.width > 0 && state.width < 8 && startInByte + BigInt(state.width) <= 8n)
  const expected = {
    field_exists: 1n,
    field_missing: 0n,
    field_offset: kernel.bytes('tcp_sock', 'snd_cwnd'),
    field_size: BigInt(kernel.place('tcp_sock', 'snd_cwnd').type.size ?? 0),
    wide_field_size: BigInt(kernel.place('tcp_sock', 'snd_cwnd').type.size ?? 0),
    field_signed: 1n,
    field_unsigned: 0n,
    array_element_offset: kernel.bytes('inet_connection_sock', 'icsk_ca_priv', 3),
    nested_array_offset: kernel.bytes('tcp_sock', 'rtt_min', 's', 2, 'v'),
    anonymous_member_offset: kernel.bytes('sock_common', 'skc_dport'),
    anonymous_struct_offset: kernel.bytes('inet_connection_sock', 'icsk_ack', 'pending'),
    bitfield_offset: BigInt(Math.floor(state.bits / 8)),
    bitfield_size: 1n,
    // Shifted left, the field ends at bit 63; shifted right then, it starts at bit 0.
    bitfield_lshift: 64n - startInByte - BigInt(state.width),
    bitfield_rshift: 64n - BigInt(state.width),
    type_exists: 1n,
    type_missing: 0n,
    type_matches: 1n,
    type_size: BigInt(kernel.find('STRUCT', 'tcp_sock').size ?? 0),
    missing_type_size: 0n,
    type_id_local: BigInt(local.find('STRUCT', 'tcp_sock').id),
    type_id_kernel: BigInt(kernel.find('STRUCT', 'tcp_sock').id),
    enum_value: kernel.enumerator('ENUM', 'tcp_ca_state', 'TCP_CA_Recovery'),
    enum_value_64: BigInt.asUintN(64, -32n),
    enum_value_exists: 1n,
    enum_value_missing: 0n,
    enum_type_missing: 0n,
    guarded: 1n,
    pid: BigInt(process.pid),
  }
  assert.equal(inWords(found), inWords(expected))
})

test.run()
