import { isDeepStrictEqual } from 'node:util'
import type { Btf } from '../../../src/btf/index.ts'
import type { ObjectFacts } from './loaded-facts.ts'

/** Where two loads of an object differ, a line each: `program x: tag is a and not b`. */
export function differencesOf(found: ObjectFacts, expected: ObjectFacts): string[] {
  return [
    ...keysDiffer('maps', found.maps, expected.maps),
    ...keysDiffer('programs', found.programs, expected.programs),
    ...[...found.maps].flatMap(([name, { info }]) => fieldsDiffer(`map ${name}`, info, expected.maps.get(name)?.info ?? info)),
    ...[...found.programs].flatMap(([name, program]) => {
      const other = expected.programs.get(name)
      if (other === undefined) return []
      return [
        ...fieldsDiffer(`program ${name}`, program.info, other.info),
        ...listsDiffer(`program ${name}: functions`, program.functions, other.functions),
        ...listsDiffer(`program ${name}: lines`, program.lines, other.lines),
        ...listsDiffer(`program ${name}: maps`, program.maps, other.maps),
        ...listsDiffer(`program ${name}: instructions`, program.instructions, other.instructions),
      ]
    }),
    ...typesDiffer(found.types, expected.types),
  ]
}

function keysDiffer(what: string, found: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>): string[] {
  return listsDiffer(what, [...found.keys()].toSorted(), [...expected.keys()].toSorted())
}

function fieldsDiffer(what: string, found: Record<string, unknown>, expected: Record<string, unknown>): string[] {
  return Object.entries(found)
    .filter(([field, value]) => value !== expected[field])
    .map(([field, value]) => `${what}: ${field} is ${String(value)} and not ${String(expected[field])}`)
}

/** The first place at which two lists part, or what only one of them has. */
function listsDiffer(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const length = Math.max(found.length, expected.length)
  for (let at = 0; at < length; at += 1) {
    if (found[at] !== expected[at]) return [`${what}: [${at}] is ${found[at] ?? 'missing'} and not ${expected[at] ?? 'missing'}`]
  }
  return []
}

function typesDiffer(found: Btf | undefined, expected: Btf | undefined): string[] {
  if (found === undefined || expected === undefined) {
    return found === expected ? [] : [`types: ${found === undefined ? 'none' : 'some'} and not ${expected === undefined ? 'none' : 'some'}`]
  }
  if (found.endId !== expected.endId) return [`types: ${found.endId} and not ${expected.endId}`]
  for (let id = found.firstId; id < found.endId; id += 1) {
    if (!isDeepStrictEqual(found.type(id), expected.type(id))) {
      return [`types: [${id}] is ${JSON.stringify(found.type(id))} and not ${JSON.stringify(expected.type(id))}`]
    }
  }
  return []
}
