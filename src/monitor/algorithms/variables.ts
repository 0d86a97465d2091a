import { type Btf, parseBtf, sizeOf, typeName } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'
import { type Handle, MAP_FLAG, MAP_TYPE, type MapInfo, placeOf, type Target, valueFromText, writePlace } from '../../loader/index.ts'
import { describeMap } from '../../structops/index.ts'
import type { VariableView } from '../snapshot.ts'
import { variableText } from './variable-text.ts'

/** A data map of an algorithm's programs, with the types that were loaded with it. */
interface DataMap {
  mapId: number
  info: MapInfo
  btf: Btf
  variables: { section: string; name: string; type: number; offset: number; size: number }[]
}

const zeroKey = new Uint8Array(4)

/** The global variables of algorithms, by the types that the kernel keeps with their maps. */
export class Variables {
  readonly #target: Target
  /** By the algorithm's map, once it has programs: which maps those use does not change. */
  readonly #found = new Map<number, readonly DataMap[]>()

  constructor(target: Target) {
    this.#target = target
  }

  /** Forgets what is known of maps that are gone. */
  keep(mapIds: ReadonlySet<number>): void {
    for (const id of this.#found.keys()) if (!mapIds.has(id)) this.#found.delete(id)
  }

  read(mapId: number): VariableView[] {
    return this.#maps(mapId).flatMap(({ mapId: id, info, btf, variables }) => {
      using map = this.#target.objects.map(id)
      const bytes = map === undefined ? undefined : this.#target.lookup(map, zeroKey, info.valueSize)
      if (bytes === undefined) return []
      return variables.map(({ section, name, type, offset, size }) => ({
        section,
        name,
        type: typeName(btf, type),
        value: variableText(btf, type, bytes.subarray(offset, offset + size)),
        writable: isWritable(info),
      }))
    })
  }

  /**
   * Gives a variable, or a part of one such as `tuning.steps[2]`, a value as a person writes it.
   *
   * @throws UsageError when there is none, it is constant, or the value is none of its type
   */
  set(mapId: number, path: string, text: string): void {
    const name = path.replace(/[.[].*$/s, '')
    for (const { mapId: id, info, btf, variables } of this.#maps(mapId)) {
      const variable = variables.find((each) => each.name === name)
      if (variable === undefined) continue
      if (!isWritable(info)) throw new UsageError(`"${name}" is constant once it is loaded`)
      using map = this.#target.objects.map(id)
      if (map === undefined) throw new UsageError(`"${name}" went away with its map`)
      const place = placeOf(btf, variable.type, name, path.slice(name.length))
      const value = valueFromText(btf, place, text)
      this.#change(map, info, (bytes) => {
        writePlace(btf, bytes.subarray(variable.offset, variable.offset + variable.size), place, value, true)
      })
      return
    }
    throw new UsageError(`map ${mapId} has no program with a variable "${name}"`)
  }

  /** In place where the map allows it: what programs write meanwhile to others of the section stays. */
  #change(map: Handle, info: MapInfo, change: (bytes: Uint8Array) => void): void {
    if ((info.flags & MAP_FLAG.MMAPABLE) !== 0) {
      using memory = this.#target.mapMemory(map, { offset: 0, length: info.valueSize, writable: true })
      change(memory.bytes)
      return
    }
    const bytes = this.#target.lookup(map, zeroKey, info.valueSize)
    if (bytes === undefined) return
    change(bytes)
    this.#target.update(map, zeroKey, bytes)
  }

  #maps(mapId: number): readonly DataMap[] {
    const known = this.#found.get(mapId)
    if (known !== undefined) return known
    const entry = describeMap(this.#target, mapId, new Map())
    if (entry === undefined || entry.members.length === 0) return []
    const ids = new Set(entry.members.flatMap(({ programId }) => this.#mapsOf(programId)))
    const found = [...ids].flatMap((id) => this.#dataMap(id) ?? [])
    this.#found.set(mapId, found)
    return found
  }

  #mapsOf(programId: number): readonly number[] {
    using program = this.#target.objects.program(programId)
    return program === undefined ? [] : this.#target.objects.programInfo(program).mapIds
  }

  #dataMap(mapId: number): DataMap | undefined {
    using map = this.#target.objects.map(mapId)
    if (map === undefined) return undefined
    const info = this.#target.objects.mapInfo(map)
    if (info.type !== MAP_TYPE.ARRAY || info.maxEntries !== 1 || info.btfId === 0 || info.valueType === 0) return undefined
    using types = this.#target.objects.btf(info.btfId)
    if (types === undefined) return undefined
    const btf = parseBtf(this.#target.objects.btfBytes(types), { file: `BTF ${info.btfId}` })
    const section = btf.type(info.valueType)
    if (section.kind !== 'datasec') return undefined
    const variables = section.variables.flatMap(({ type: id, offset }) => {
      const variable = btf.type(id)
      const type = variable.kind === 'var' ? variable.type : id
      const size = sizeOf(btf, type)
      return offset + size > info.valueSize ? [] : [{ section: section.name, name: btf.name(id), type, offset, size }]
    })
    return { mapId, info, btf, variables }
  }
}

/** ABI: the kernel refuses changes of a map that programs only read once it is frozen, as all loaders do. */
const isWritable = ({ flags }: MapInfo): boolean => (flags & MAP_FLAG.RDONLY_PROG) === 0
