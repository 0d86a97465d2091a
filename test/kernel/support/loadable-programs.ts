import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { CcdkError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, type Handle, load, openObject, prepare, PROG_TYPE } from '../../../src/loader/index.ts'
import { intercepted } from './intercept.ts'

/** The programs of an object that would be loaded, by whether ccdk and the kernel can. */
export interface LoadablePrograms {
  can: string[]
  cannot: string[]
}

/** r0 = 0; exit */
const nothing = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)

/**
 * Which programs of an object can be loaded when those that cannot are left out; undefined when its maps or its types
 * are refused, so that none can.
 */
export function loadablePrograms(file: string, target: LinuxTarget, pinRoot: string): LoadablePrograms | undefined {
  const object = opened(file)
  // Which programs of a struct are loaded is not theirs to say.
  if (object === undefined || object.structOps.length > 0) return undefined
  const wanted = object.programs.filter(({ autoload }) => autoload)
  const bound = wanted.filter((program) => {
    for (const spec of object.programs) spec.autoload = spec === program
    return program.kind !== null && prepare(object, target).problems.length === 0
  })
  for (const spec of object.programs) spec.autoload = bound.includes(spec)
  const refused = refusedOf(object, target, pinRoot)
  if (refused === undefined) return undefined
  const can = bound.filter((_, index) => !refused.has(index)).map(({ name }) => name)
  return { can, cannot: wanted.map(({ name }) => name).filter((name) => !can.includes(name)) }
}

function opened(file: string): BpfObject | undefined {
  try {
    return openObject(readFileSync(file), basename(file))
  } catch (error) {
    if (error instanceof CcdkError) return undefined
    throw error
  }
}

/** Which programs the kernel refuses, by their order. In the place of each comes one that does nothing. */
function refusedOf(object: BpfObject, target: LinuxTarget, pinRoot: string): Set<number> | undefined {
  const refused = new Set<number>()
  let index = -1
  const patient = intercepted(target, (method, call) => {
    if (method !== 'loadProgram') return call()
    index += 1
    try {
      return call()
    } catch (error) {
      if (!(error instanceof CcdkError)) throw error
      refused.add(index)
      return standIn(target)
    }
  })
  try {
    load(object, patient, { pinRoot })[Symbol.dispose]()
    return refused
  } catch (error) {
    if (error instanceof CcdkError) return undefined
    throw error
  }
}

function standIn(target: LinuxTarget): Handle {
  const shape = { type: PROG_TYPE.SOCKET_FILTER, license: 'GPL', expectedAttachType: 0, flags: 0, modules: [] }
  return target.loadProgram({ name: 'stand_in', instructions: nothing, ...shape })
}
