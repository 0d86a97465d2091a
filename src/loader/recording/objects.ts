import { parseBtf } from '../../btf/index.ts'
import type { ObjectKind, ObjectsById, ProgramInfo } from '../target/objects-by-id.ts'
import type { Handle } from '../target/handle.ts'
import { LINK_TYPE } from '../uapi.ts'
import type { Call } from './calls.ts'
import { RecordedHandle, type RecordedThing } from './handle.ts'
import type { Ledger } from './ledger.ts'

const kindOf = ({ kind }: RecordedThing): string => (kind === 'types' ? 'btf' : kind)

/** Also of what has been closed since. */
const idOf = (handle: Handle | undefined): number => (handle instanceof RecordedHandle ? handle.thing.id : 0)

/** Of a program that no processor ever sees. */
const neverRan: Omit<ProgramInfo, 'id' | 'name' | 'type' | 'mapIds' | 'btfId' | 'xlatedSize'> = {
  tag: '',
  loadTimeNs: 0n,
  ownerUid: 0,
  jitedSize: 0,
  verifiedInstructions: 0,
  runTimeNs: 0n,
  runCount: 0n,
  recursionMisses: 0n,
}

/** The objects that a recording target pretends to hold. */
export function recordedObjects(ledger: Ledger): ObjectsById {
  const wrong = (handle: Handle, kind: string): never => {
    throw new TypeError(`${ledger.thingOf(handle).what} is no ${kind}`)
  }
  const bytesOf = (handle: Handle): Uint8Array => {
    const thing = ledger.thingOf(handle)
    return thing.kind === 'types' ? thing.bytes : wrong(handle, 'BTF')
  }
  const byId = (kind: ObjectKind, id: number): Handle | undefined => {
    const call: Call = { method: `objects.${kind}`, args: [id] }
    const thing = ledger.alive().find((candidate) => kindOf(candidate) === kind && candidate.id === id)
    return thing === undefined ? ledger.do(call, () => undefined) : ledger.make(call, () => thing)
  }
  return {
    ids: (kind) => ledger.do({ method: 'objects.ids', args: [kind] }, () => ledger.alive().flatMap((thing) => (kindOf(thing) === kind ? [thing.id] : []))),
    map: (id) => byId('map', id),
    program: (id) => byId('program', id),
    link: (id) => byId('link', id),
    btf: (id) => byId('btf', id),
    btfInfo: (btf) => ledger.do({ method: 'objects.btfInfo', args: [btf] }, () => ({ id: ledger.thingOf(btf).id, size: bytesOf(btf).length, kernel: false, name: '' })),
    btfBytes: (btf) => ledger.do({ method: 'objects.btfBytes', args: [btf] }, () => bytesOf(btf).slice()),
    mapInfo: (map) =>
      ledger.do({ method: 'objects.mapInfo', args: [map] }, () => {
        const thing = ledger.thingOf(map)
        if (thing.kind !== 'map') return wrong(map, 'map')
        const { name, type, keySize, valueSize, maxEntries, flags, kernelValue } = thing.definition
        const kernelValueType = kernelValue?.type ?? 0
        const { btf, mapExtra = 0n } = thing.definition
        const types = { btfId: idOf(btf?.handle), keyType: btf?.keyType ?? 0, valueType: btf?.valueType ?? 0 }
        return { id: thing.id, name, type, keySize, valueSize, maxEntries, flags, mapExtra, kernelValueType, kernelValueBtf: 0, ...types }
      }),
    programInfo: (program) =>
      ledger.do({ method: 'objects.programInfo', args: [program] }, () => {
        const thing = ledger.thingOf(program)
        if (thing.kind !== 'program') return wrong(program, 'program')
        const { name, type, debug, instructions } = thing.definition
        return {
          ...neverRan,
          id: thing.id,
          name,
          type,
          mapIds: Array.from(thing.maps, ({ id }) => id),
          btfId: idOf(debug?.handle),
          xlatedSize: instructions.length,
        }
      }),
    programTypes: (program) =>
      ledger.do({ method: 'objects.programTypes', args: [program] }, () => {
        const thing = ledger.thingOf(program)
        if (thing.kind !== 'program') return wrong(program, 'program')
        const types = thing.definition.debug === undefined ? undefined : ledger.thingOf(thing.definition.debug.handle)
        return types?.kind === 'types' ? parseBtf(types.bytes, { file: `BTF of ${thing.what}` }) : undefined
      }),
    linkInfo: (link) =>
      ledger.do({ method: 'objects.linkInfo', args: [link] }, () => {
        const thing = ledger.thingOf(link)
        if (thing.kind !== 'link') return wrong(link, 'link')
        const { id, map, program } = thing
        const common = { id, programId: program?.id ?? 0 }
        return map === undefined ? { ...common, type: 0, kind: 'unknown' } : { ...common, type: LINK_TYPE.STRUCT_OPS, kind: 'struct_ops', mapId: map.id }
      }),
  }
}
