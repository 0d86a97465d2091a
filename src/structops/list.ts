import type { Btf } from '../btf/index.ts'
import { CcdkError } from '../errors/index.ts'
import { MAP_FLAG, MAP_TYPE, type Target } from '../loader/index.ts'
import { type Field, fieldsOf, findField, nameIn } from './fields.ts'
import { readStatus, type StructOpsState } from './state.ts'
import { valuePrefix, valueTypes } from './value-types.ts'

/** A struct_ops map as it stands in the kernel, by whomever it was made. */
export interface StructOpsEntry {
  mapId: number
  /** The map's name: the variable in the object, cut to 15 bytes. */
  map: string
  /** The kernel's struct, such as `tcp_congestion_ops`. */
  struct: string
  /** The name that it registers, where the struct has one: for TCP that of the algorithm. */
  name: string | null
  state: StructOpsState
  /** Whether it can be chosen now: a map for links is registered as long as it has a link. */
  registered: boolean
  refcnt: number
  /** Ids of the links that register it. */
  links: readonly number[]
  /** Whether it is registered by a link rather than by itself. */
  byLink: boolean
  members: readonly StructOpsMember[]
}

/** A function member that a program fills. */
export interface StructOpsMember {
  member: string
  programId: number
  program: string
  /** Counted while run statistics are on. */
  runCount: bigint
  runTimeNs: bigint
}

/** What has to be known of a target to describe its maps. */
type Described = Pick<Target, 'objects' | 'lookup' | 'kernelBtf' | 'moduleBtfs'>

/** Ids of maps and links that have nothing to do with struct_ops. The kernel gives no id to another object later. */
export interface KnownOthers {
  maps: Set<number>
  links: Set<number>
}

/**
 * All struct_ops maps of the machine, by id. Maps that go away while they are read are left out. Who lists them again and
 * again keeps `others`, so that each of the many other maps of a machine is opened once. What cannot be described ends the
 * listing, unless `instead` has something for it.
 */
export function listStructOps(
  target: Described,
  others: KnownOthers = { maps: new Set(), links: new Set() },
  instead?: (id: number, error: CcdkError) => StructOpsEntry | undefined,
): StructOpsEntry[] {
  const links = linksByMap(target, others.links)
  return unknown(target.objects.ids('map'), others.maps).flatMap((id) => {
    try {
      const entry = describeMap(target, id, links)
      if (entry === undefined) others.maps.add(id)
      return entry ?? []
    } catch (error) {
      if (instead === undefined || !(error instanceof CcdkError)) throw error
      return instead(id, error) ?? []
    }
  })
}

/** The ids that are not known to be others. What is known of objects that are gone is forgotten. */
function unknown(ids: Iterable<number>, others: Set<number>): number[] {
  const all = new Set(ids)
  for (const id of others) if (!all.has(id)) others.delete(id)
  return [...all.difference(others)]
}

/** One map by id; undefined when there is none, or it is no struct_ops map. */
export function describeMap(
  target: Described,
  id: number,
  links: ReadonlyMap<number, readonly number[]> = linksByMap(target),
): StructOpsEntry | undefined {
  using map = target.objects.map(id)
  if (map === undefined) return undefined
  const info = target.objects.mapInfo(map)
  if (info.type !== MAP_TYPE.STRUCT_OPS) return undefined
  const btf = valueTypes(target, info.kernelValueType)
  const { state, refcnt, value } = readStatus(target, map, info, btf)
  const byLink = (info.flags & MAP_FLAG.LINK) !== 0
  const registeredBy = links.get(id) ?? []
  const struct = btf.name(info.kernelValueType).replace(valuePrefix, '')
  const data = findField(btf, info.kernelValueType, 'data')
  return {
    mapId: id,
    map: info.name,
    struct,
    name:
      value === null || data === undefined ? null : nameIn(btf, { type: data.type, dataOffset: data.offset }, value),
    state,
    registered: byLink ? registeredBy.length > 0 : state === 'inuse',
    refcnt,
    links: registeredBy,
    byLink,
    members: value === null || data === undefined ? [] : membersIn(target, btf, data, value),
  }
}

/** The links that register each map, by the map's id. */
function linksByMap(target: Described, others = new Set<number>()): Map<number, number[]> {
  const found = new Map<number, number[]>()
  for (const id of unknown(target.objects.ids('link'), others)) {
    using link = target.objects.link(id)
    // One that is still being made cannot be opened yet.
    if (link === undefined) continue
    const info = target.objects.linkInfo(link)
    if (info.kind !== 'struct_ops') others.add(id)
    else if (info.mapId !== 0) found.set(info.mapId, [...(found.get(info.mapId) ?? []), id])
  }
  return found
}

/** ABI: read back, a function member holds the id of its program. */
function membersIn(target: Described, btf: Btf, data: Field, value: Uint8Array): StructOpsMember[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return fieldsOf(btf, data.type).flatMap((field) => {
    const pointer = btf.resolved(field.type)
    if (pointer.kind !== 'ptr' || btf.resolved(pointer.type).kind !== 'func_proto') return []
    const programId = Number(view.getBigUint64(data.offset + field.offset, true))
    using program = programId === 0 ? undefined : target.objects.program(programId)
    if (program === undefined) return []
    const { name, runCount, runTimeNs } = target.objects.programInfo(program)
    return [{ member: field.name, programId, program: name, runCount, runTimeNs }]
  })
}
