import type { MapFacts, ObjectFacts } from './loaded-facts.ts'

/** An object without its types and their numbers, of which a linker makes others; functions are compared by name. */
export function withoutTypes(facts: ObjectFacts): ObjectFacts {
  const maps = Array.from(facts.maps, ([key, { name, info }]): [string, MapFacts] => {
    const described = { key: info['btf_key_type_id'] !== 0, value: info['btf_value_type_id'] !== 0 }
    return [key, { name, info: { ...info, btf_key_type_id: described.key, btf_value_type_id: described.value } }]
  })
  return { ...facts, maps: new Map(maps), types: undefined }
}
