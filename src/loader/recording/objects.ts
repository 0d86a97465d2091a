import { parseBtf } from '../../btf/index.ts'
import type { Handle, ObjectsById } from '../target.ts'
import { LINK_TYPE } from '../uapi.ts'
import type { Call } from './calls.ts'
import type { Ledger } from './ledger.ts'

/** The objects that a recording target pretends to hold. */
export function recordedObjects(ledger: Ledger): ObjectsById {
  const wrong = (handle: Handle, kind: string): never => {
    throw new TypeError(`${ledger.thingOf(handle).what} is no ${kind}`)
  }
  const byId = (kind: 'map' | 'program' | 'link', id: number): Handle | undefined => {
    const call: Call = { method: `objects.${kind}`, args: [id] }
    const thing = ledger.alive().find((candidate) => candidate.kind === kind && candidate.id === id)
    return thing === undefined ? ledger.do(call, () => undefined) : ledger.make(call, () => thing)
  }
  return {
    ids: (kind) => ledger.do({ method: 'objects.ids', args: [kind] }, () => ledger.alive().flatMap((thing) => (thing.kind === kind ? [thing.id] : []))),
    map: (id) => byId('map', id),
    program: (id) => byId('program', id),
    link: (id) => byId('link', id),
    mapInfo: (map) =>
      ledger.do({ method: 'objects.mapInfo', args: [map] }, () => {
        const thing = ledger.thingOf(map)
        if (thing.kind !== 'map') return wrong(map, 'map')
        const { name, type, keySize, valueSize, maxEntries, flags, kernelValue } = thing.definition
        const kernelValueType = kernelValue?.type ?? 0
        return { id: thing.id, name, type, keySize, valueSize, maxEntries, flags, kernelValueType, kernelValueBtf: 0 }
      }),
    programInfo: (program) =>
      ledger.do({ method: 'objects.programInfo', args: [program] }, () => {
        const thing = ledger.thingOf(program)
        if (thing.kind !== 'program') return wrong(program, 'program')
        const { name, type } = thing.definition
        return { id: thing.id, name, type, tag: '', runTimeNs: 0n, runCount: 0n }
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
