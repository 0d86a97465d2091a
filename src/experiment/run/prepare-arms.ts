import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ObjectError, UsageError } from '../../errors/index.ts'
import { availableCongestion } from '../../kernel/index.ts'
import { type BpfObject, type KernelFacts, openObject, type PreparedObject, prepare, type StructOpsSpec } from '../../loader/index.ts'
import { initialName, needsEcn, setMember, setValueFromText } from '../../structops/index.ts'
import type { Arm } from '../spec/experiment.ts'

/** An arm whose algorithm was found, and nothing made. */
export interface PreparedArm {
  arm: Arm
  /** The name under which connections will ask for it. */
  cc: string
  /** The name that its maker gave it. */
  ownName: string
  /** Whether its connections ask for ECN by themselves. */
  needsEcn: boolean
  /** Missing for an algorithm that is there already. */
  own?: { file: string; bytes: Uint8Array; prepared: PreparedObject; map: string }
}

export interface ArmFiles {
  /** The file that names the objects: they are found from where it lies. */
  specFile: string
  /** What arms of an experiment were begun with, in the place of what the spec names; undefined for one that has another now. */
  kept?: (arm: string) => KeptArm | undefined
}

/** What is kept of an arm: its object, or nothing of an algorithm that was there already. */
export interface KeptArm {
  object?: { file: string; sha256: string }
}

/**
 * Finds the algorithm of each arm: of an object, of what is registered, or of ccdk's examples. Objects are bound to the
 * kernel's types under names that no other run has; nothing is created.
 *
 * @throws UsageError for an algorithm that there is not; ObjectError for a file that is missing, no object or not what was
 * kept; BtfMismatchError for one that does not fit this kernel
 */
export function prepareArms(arms: readonly Arm[], facts: KernelFacts, { specFile, kept }: ArmFiles): PreparedArm[] {
  // ABI: TCP_CA_NAME_MAX is 16 with the 0 at its end.
  const run = randomBytes(5).toString('hex')
  return arms.map((arm, index) => {
    const before = kept?.(arm.name)
    const file = before === undefined ? objectOf(arm, specFile) : keptObject(arm, before)
    if (file === undefined) return { arm, cc: arm.cc ?? '', ownName: arm.cc ?? '', needsEcn: arm.cc === 'dctcp' }
    return prepareObject(arm, file, `ab_${run}_${index}`, facts)
  })
}

/** Undefined for an algorithm that is there already. */
function objectOf({ name, cc = '', object }: Arm, specFile: string): string | undefined {
  if (object !== undefined) return resolve(dirname(specFile), object)
  const available = availableCongestion()
  if (available.includes(cc)) return undefined
  const example = fileURLToPath(import.meta.resolve(`ccdk/cc-examples/${cc}.bpf.o`))
  if (existsSync(example)) return example
  throw new UsageError(`arm ${name}: no congestion control is named "${cc}" here; there are ${available.join(', ')}`, {
    hint: 'name an object that has it (object: FILE), or register it first: ccdk register FILE',
  })
}

/** An algorithm that was there already has to be there again: an example of the same name may be another one. */
function keptObject({ name, cc = '' }: Arm, { object }: KeptArm): string | undefined {
  if (object === undefined) {
    if (availableCongestion().includes(cc)) return undefined
    throw new UsageError(`arm ${name}: the algorithm "${cc}" was there when the experiment began, and is not now`, {
      hint: 'load its module or register it again, as it was: ccdk register FILE',
    })
  }
  const { file, sha256 } = object
  if (createHash('sha256').update(readObject(name, file)).digest('hex') === sha256) return file
  throw new ObjectError({
    file,
    path: '',
    expected: `expected the object that arm ${name} was begun with (SHA-256 ${sha256}), and this is another one`,
    hint: 'put that one back, or begin another experiment: ccdk ab SPEC',
  })
}

function prepareObject(arm: Arm, file: string, cc: string, facts: KernelFacts): PreparedArm {
  const bytes = readObject(arm.name, file)
  const object = openObject(bytes, file)
  const spec = algorithmOf(object, arm)
  const ownName = initialName(object, spec) ?? spec.name
  for (const other of object.structOps) other.autocreate = other === spec
  for (const [variable, value] of Object.entries(arm.set)) setValueFromText(object, variable, value)
  setMember(object, spec, 'name', cc)
  spec.mapName = cc
  const prepared = prepare(object, facts)
  const [problem] = prepared.problems
  if (problem !== undefined) throw problem
  return { arm, cc, ownName, needsEcn: needsEcn(object, spec), own: { file: basename(file), bytes, prepared, map: spec.name } }
}

function readObject(arm: string, file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ObjectError({ file, path: '', expected: `expected the object of arm ${arm}: ${why}`, hint: 'ccdk build makes one of a source', cause })
  }
}

/** The algorithm that an arm means: by its name or by its variable's, or the only one. */
function algorithmOf(object: BpfObject, { name, cc }: Arm): StructOpsSpec {
  const all = object.structOps.filter((spec) => initialName(object, spec) !== null)
  const words = all.map((spec) => initialName(object, spec) ?? spec.name).join(', ') || 'none'
  const found = cc === undefined ? all : all.filter((spec) => initialName(object, spec) === cc || spec.name === cc)
  const [spec, ...others] = found
  if (spec === undefined) throw new UsageError(`arm ${name}: ${object.file} has no algorithm${cc === undefined ? '' : ` "${cc}"`}; it has ${words}`)
  if (others.length > 0) throw new UsageError(`arm ${name}: ${object.file} has several algorithms: say which with cc: ${words}`)
  return spec
}
