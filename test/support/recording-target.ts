import { UnsupportedKernelError } from '../../src/errors/index.ts'
import type { Answer, Handle, KernelFacts, MapDefinition, ProgramDefinition, Target } from '../../src/loader/index.ts'

/** What was asked of a target, in order. */
export type Recorded =
  | { what: 'btf'; bytes: Uint8Array }
  | { what: 'map'; definition: MapDefinition }
  | { what: 'program'; definition: ProgramDefinition }
  | { what: 'update'; map: number; key: Uint8Array; value: Uint8Array }
  | { what: 'freeze'; map: number }
  | { what: 'pin'; handle: number; path: string }

/**
 * A kernel that takes everything, and only notes it: for what the loader asks for, without a privilege. What it cannot
 * answer, such as what is in a map, it refuses.
 */
export function recordingTarget(facts: KernelFacts, hasFeature: () => Answer = () => 'yes'): { target: Target; recorded: Recorded[] } {
  const recorded: Recorded[] = []
  let last = 0
  const handle = (): Handle => {
    last += 1
    return { number: last, [Symbol.dispose]: () => {} }
  }
  const made = (what: Recorded): Handle => {
    recorded.push(what)
    return handle()
  }
  const refused = (): never => {
    throw new UnsupportedKernelError({ feature: 'answer, as nothing is run here' })
  }
  const objects = { ids: () => [], map: () => undefined, program: () => undefined, link: () => undefined }
  const target: Target = {
    ...facts,
    objects: { ...objects, mapInfo: refused, programInfo: refused, linkInfo: refused },
    pageSize: 4096,
    possibleCpus: () => 2,
    hasFeature,
    loadBtf: (bytes) => made({ what: 'btf', bytes }),
    createMap: (definition) => made({ what: 'map', definition }),
    loadProgram: (definition) => made({ what: 'program', definition }),
    update: (map, key, value) => void recorded.push({ what: 'update', map: map.number, key, value }),
    freeze: (map) => void recorded.push({ what: 'freeze', map: map.number }),
    pin: (pinned, path) => void recorded.push({ what: 'pin', handle: pinned.number, path }),
    unpin: () => {},
    isPinned: () => false,
    lookup: refused,
    delete: refused,
    take: refused,
    nextKey: refused,
    batch: refused,
    mapMemory: refused,
    attach: refused,
    runIterator: refused,
    createStructOpsLink: handle,
    updateStructOpsLink: () => {},
    detachLink: () => {},
    openPinned: refused,
    enableRunStatistics: refused,
  }
  return { target, recorded }
}
