import * as assert from 'uvu/assert'
import type { Btf, BtfMember } from '../../../src/btf/index.ts'
import type { Layout } from '../../../src/kernel/bpf/attr.ts'
import { COMMANDS } from '../../../src/kernel/bpf/command.ts'
import * as infos from '../../../src/kernel/bpf/info-layouts.ts'
import * as attrs from '../../../src/kernel/bpf/layouts.ts'
import * as linkInfos from '../../../src/kernel/bpf/link-info-layouts.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { ATTACH_TYPE, LINK_TYPE, MAP_FLAG, MAP_TYPE, objectNameSize, PROG_TYPE } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { fieldsOf, type Place } from '../support/kernel-fields.ts'

const test = suite('layouts of bpf(2)', [needs.structOps])

const btf: Btf = new LinuxTarget().kernelBtf()

const members = (name: string, kind: 'struct' | 'union'): readonly BtfMember[] => {
  const type = btf.resolved(btf.find(name, kind) ?? 0)
  return type.kind === 'struct' || type.kind === 'union' ? type.members : []
}

const widths = { u32: 4, u64: 8, address: 8, name: objectNameSize } as const

const placesOf = (layout: Layout, names: Readonly<Record<string, string>> = {}): Record<string, Place> =>
  Object.fromEntries(
    Object.entries(layout).map(([field, [offset, kind]]) => [names[field] ?? field, { offset, size: widths[kind] }]),
  )

/**
 * The kernel's struct reduced to the fields that a layout names. A field that this kernel is too old for stands where it
 * has none, and is passed through.
 */
const reduced = (fields: [string, Place][], layout: Record<string, Place>): Record<string, Place> =>
  Object.fromEntries(
    Object.entries(layout).flatMap(([name, place]) => {
      const found = fields.find(([other]) => other === name)
      if (found !== undefined) return [found]
      // So is a whole struct of a union that this kernel does not have.
      const [outer = '', inner] = name.split('.')
      if (inner !== undefined && !fields.some(([other]) => other === outer)) return [[name, place] as const]
      const end = place.offset + place.size
      // One name of a union may be older than another, of the same place.
      const others = fields.filter(([, other]) => other.offset !== place.offset || other.size !== place.size)
      const isFree = others.every(([, other]) => other.offset >= end || other.offset + other.size <= place.offset)
      return isFree ? [[name, place] as const] : []
    }),
  )

/** Which struct of `union bpf_attr` each table is about: by its name or, where it has none, by its first field. */
const structs: Record<keyof typeof attrs, string> = {
  mapCreate: 'map_type',
  mapElement: 'map_fd',
  nextKey: 'map_fd',
  mapBatch: 'batch',
  progLoad: 'prog_type',
  testRun: 'test',
  bindMap: 'prog_bind_map',
  btfLoad: 'btf',
  object: 'pathname',
  byId: 'start_id',
  info: 'info',
  linkCreate: 'link_create',
  linkCreateIter: 'link_create',
  linkCreateNetfilter: 'link_create',
  linkCreatePerfEvent: 'link_create',
  linkCreateTcx: 'link_create',
  linkCreateTracing: 'link_create',
  progAttach: 'target_fd',
  progQuery: 'query',
  linkCreateKprobeMulti: 'link_create',
  linkCreateUprobeMulti: 'link_create',
  rawTracepointOpen: 'raw_tracepoint',
  iterCreate: 'iter_create',
  linkUpdate: 'link_update',
  enableStats: 'enable_stats',
  tokenCreate: 'token_create',
}

test('union bpf_attr has the fields of every command where the kernel has them', () => {
  for (const [table, layout] of Object.entries(attrs)) {
    const key = Object.entries(structs).find(([name]) => name === table)?.[1]
    const member = members('bpf_attr', 'union').find(
      ({ name, type }) => (name === '' ? fieldsOf(btf, type)[0]?.[0] : name) === key,
    )
    if (table === 'tokenCreate' && !valuesOf('BPF_MAP_CREATE').has('BPF_TOKEN_CREATE')) continue
    assert.ok(member, `a struct of union bpf_attr for ${table}`)
    const places = placesOf(layout, table === 'byId' ? { id: 'start_id' } : {})
    assert.equal(places, reduced(fieldsOf(btf, member.type), places), table)
  }
})

test('the structs that the kernel fills have their fields where the kernel has them', () => {
  const names = {
    mapInfo: 'bpf_map_info',
    programInfo: 'bpf_prog_info',
    btfInfo: 'bpf_btf_info',
    linkInfo: 'bpf_link_info',
  }
  assert.equal(Object.keys(infos).toSorted(), Object.keys(names).toSorted())
  for (const [table, name] of Object.entries(names)) {
    const places = placesOf(Object.entries(infos).find(([other]) => other === table)?.[1] ?? {})
    assert.equal(places, reduced(fieldsOf(btf, btf.find(name, 'struct') ?? 0), places), table)
  }
})

test('so does the union of what links of each kind say', () => {
  const info = members('bpf_link_info', 'struct')
  const union = btf.resolved(info.find(({ name }) => name === '')?.type ?? 0)
  assert.is(union.kind, 'union')
  const base = 16
  for (const [table, layout] of Object.entries(linkInfos)) {
    const member = union.kind === 'union' ? union.members.find(({ name }) => name === table) : undefined
    // A kernel may be too old for a kind of link.
    if (member === undefined) continue
    const places = placesOf(layout)
    assert.equal(places, reduced(fieldsOf(btf, member.type, base), places), table)
  }
})

/** The values of an enum, which may have no name: it is found by one of its values. */
function valuesOf(enumerator: string): Map<string, number> {
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const kind = btf.kind(id)
    if (kind !== 'enum' && kind !== 'enum64') continue
    const type = btf.type(id)
    if (type.kind !== 'enum' && type.kind !== 'enum64') continue
    if (type.values.some(({ name }) => name === enumerator))
      return new Map(type.values.map(({ name, value }) => [name, Number(value)]))
  }
  return new Map()
}

test('commands, types and flags have their numbers', () => {
  const expected: [enumerator: string, prefix: string, ours: Readonly<Record<string, number>>][] = [
    ['BPF_MAP_CREATE', '', COMMANDS],
    ['BPF_MAP_TYPE_UNSPEC', 'BPF_MAP_TYPE_', MAP_TYPE],
    ['BPF_PROG_TYPE_UNSPEC', 'BPF_PROG_TYPE_', PROG_TYPE],
    ['BPF_LINK_TYPE_UNSPEC', 'BPF_LINK_TYPE_', LINK_TYPE],
    ['BPF_CGROUP_INET_INGRESS', 'BPF_', ATTACH_TYPE],
    ['BPF_F_NO_PREALLOC', 'BPF_F_', MAP_FLAG],
  ]
  for (const [enumerator, prefix, ours] of expected) {
    const kernel = valuesOf(enumerator)
    assert.ok(kernel.size > 0, enumerator)
    const newest = Math.max(...kernel.values())
    for (const [name, number] of Object.entries(ours)) {
      // What a kernel is too old for has a number that it has not given to anything.
      const found = kernel.get(prefix + name)
      if (found === undefined) assert.ok(number >= newest, `${prefix + name} is ${number}`)
      else assert.is(number, found, prefix + name)
    }
  }
})

test('a name takes as many bytes as the kernel keeps', () => {
  const create = members('bpf_attr', 'union').find(
    ({ name, type }) => name === '' && fieldsOf(btf, type)[0]?.[0] === 'map_type',
  )
  assert.equal(fieldsOf(btf, create?.type ?? 0).find(([name]) => name === 'map_name')?.[1].size, objectNameSize)
})

test.run()
