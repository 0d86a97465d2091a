import { PermissionError, SyscallError } from '../../errors/index.ts'
import { accessTo } from '../access/access.ts'
import type { BpfObject } from '../object.ts'
import { prepare, type PreparedObject, type PrepareOptions } from '../prepare/prepare.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import type { LoadedMap } from './loaded-map.ts'
import type { LoadedObject, LoadedProgram, LoadedStructOps } from './loaded.ts'
import { createMap, createStructOpsMap, defaultPinRoot } from './maps.ts'
import { loadProgram } from './programs.ts'
import { fillSlots } from './slots.ts'
import { loadTypes } from './types.ts'
import { logOptions, type VerifierLogOptions } from './verifier-log-options.ts'

export interface LoadOptions extends PrepareOptions {
  /** The directory of the BPF file system in which maps that are shared by name are pinned; `/sys/fs/bpf` if left out. */
  pinRoot?: string
  /** For each program that does not say so itself: what is wanted of the verifier's log. */
  verifierLog?: VerifierLogOptions
  /**
   * Where a BPF file system is mounted that delegates rights to the own user namespace: what is created is created by
   * its token. Without it the process has to have the capabilities.
   */
  token?: string
}

/**
 * Creates the maps and loads the programs of an object. It takes an opened object, or one that has been prepared
 * against the same target. Either all of it exists afterwards or nothing of it.
 */
export function load(source: BpfObject | PreparedObject, target: Target, options: LoadOptions = {}): LoadedObject {
  const prepared = 'problems' in source ? source : prepare(source, target, options)
  const [problem] = prepared.problems
  if (problem !== undefined) throw problem
  const { object } = prepared
  const { pinRoot = defaultPinRoot, tell } = options
  using token = options.token === undefined ? undefined : target.createToken(options.token)
  const context = { tell, token }

  // Pins stay when all is loaded, and handles until the object is disposed of.
  using pins = new DisposableStack()
  using undo = new DisposableStack()
  const keep = <H extends Handle>(handle: H): H => undo.use(handle)
  const notes = [...prepared.notes]
  const btf = loadTypes(prepared, target, notes, context)
  if (btf !== undefined) keep(btf)

  const maps = new Map<string, LoadedMap>()
  for (const spec of object.maps) {
    if (!spec.autocreate) continue
    const map = createMap(target, spec, btf, prepared, { root: pinRoot, undo: pins, ...context })
    keep(map.handle)
    if (map.arena !== undefined) undo.use(map.arena)
    maps.set(spec.name, map)
  }
  const mapOf = (name: string): Handle | undefined => maps.get(name)?.handle
  for (const { spec, handle } of maps.values()) fillSlots(target, spec, handle, 'map', mapOf)
  const programs = new Map<string, LoadedProgram>()
  for (const program of prepared.programs) {
    const { spec } = program
    const asked = spec.verifierLog ?? options.verifierLog
    let log: string | null = null
    const wanted = asked === undefined ? undefined : logOptions(asked, spec.name, (text) => (log = text))
    const handle = keep(loadProgram(target, prepared, program, { btf, maps, wanted, ...context }))
    bindConstants(target, handle, maps)
    programs.set(spec.name, { spec, handle, log })
  }
  for (const { spec, handle } of maps.values()) fillSlots(target, spec, handle, 'program', (name) => programs.get(name)?.handle)
  const structOps = new Map<string, LoadedStructOps>()
  for (const match of prepared.structOps) {
    if (btf === undefined) break
    structOps.set(match.spec.name, { ...match, handle: keep(createStructOpsMap(target, match, btf, context)) })
  }
  const access = undo.use(accessTo(object, target, maps))
  const owned = undo.move()
  pins.move()
  return { ...access, object, target, maps, programs, structOps, notes, [Symbol.dispose]: () => owned.dispose() }
}

/**
 * Constants belong to a program also when no instruction of it names them: tools read what is said in them, such as a
 * program's version. A kernel before 5.10 cannot bind them, and the program runs all the same.
 */
function bindConstants(target: Target, program: Handle, maps: ReadonlyMap<string, LoadedMap>): void {
  for (const { spec, handle } of maps.values()) {
    if (spec.origin !== 'rodata') continue
    try {
      target.bindMap(program, handle)
    } catch (error) {
      if (!(error instanceof SyscallError || error instanceof PermissionError)) throw error
    }
  }
}
