import { ObjectError, UsageError, VerifierError } from '../../errors/index.ts'
import { functionType } from '../attach/program-function.ts'
import { CODE, insnSize, PSEUDO } from '../code/instructions.ts'
import type { BpfObject } from '../object.ts'
import { POISON } from '../code/poison.ts'
import { DebugRecords } from '../prepare/debug-info.ts'
import type { PreparedObject, PreparedProgram } from '../prepare/prepare.ts'
import { attachesAtOnce } from '../probes/usdt/at-once.ts'
import type { SectionKind } from '../sections/section-kind.ts'
import type { Handle } from '../target/handle.ts'
import type { ProgramDefinition, VerifierLog } from '../target/definitions.ts'
import type { Target } from '../target/target.ts'
import { ATTACH_TYPE, PROG_FLAG } from '../uapi.ts'
import { type ProgramFacts, summarizeVerifierLog } from '../verifier/summary.ts'
import { loadJumpTables } from './jump-tables.ts'
import type { LoadedMap } from './loaded-map.ts'
import { byToken, type LoadContext } from './context.ts'
import { lackingProgramType } from './program-support.ts'
import { withFeature } from './too-old.ts'

interface ProgramOptions extends LoadContext {
  btf: Handle | undefined
  maps: ReadonlyMap<string, LoadedMap>
  /** What is wanted of the verifier's log. */
  wanted: VerifierLog | undefined
}

/** Loads a program: writes the handles of maps and modules into a copy of its instructions and passes it on. */
export function loadProgram(
  target: Target,
  { object }: PreparedObject,
  program: PreparedProgram,
  { btf, maps, wanted, ...context }: ProgramOptions,
): Handle {
  const { spec, place, debug } = program
  if (spec.kind === null) {
    throw new ObjectError({
      file: object.file,
      path: spec.code.section,
      expected: 'a section name that says what kind of program this is',
      hint: 'for a member of a struct_ops struct write SEC("struct_ops")',
    })
  }
  const modules = program.modules.map((module) => module?.handle())
  using tables = new DisposableStack()
  const instructions = withHandles(object, program, maps, modules)
  loadJumpTables(target, program.assembled, instructions, { owned: tables, ...context })
  const definition: ProgramDefinition = {
    name: spec.name,
    type: spec.kind.type,
    instructions,
    license: object.license,
    expectedAttachType: place?.index ?? expectedAttachType(spec.kind, target),
    flags: (spec.kind.sleepable ? PROG_FLAG.SLEEPABLE : 0) | (spec.kind.frags ? PROG_FLAG.XDP_HAS_FRAGS : 0),
    modules,
    ...byToken(context),
    ...(wanted === undefined ? {} : { log: wanted }),
    ...attachedType(target, program),
    ...(debug === null || btf === undefined ? {} : { debug: { handle: btf, ...debug } }),
  }
  context.tell?.('info', `program "${spec.name}" is loaded, ${definition.instructions.length / insnSize} instructions`)
  try {
    const load = () => target.loadProgram(definition)
    return place !== null && spec.kind.sleepable
      ? withFeature(target, 'struct_ops_sleepable', `put program "${spec.name}" into SEC("struct_ops"), without ".s"`, load, context.tell)
      : load()
  } catch (error) {
    if (!(error instanceof VerifierError)) throw lackingProgramType(target, definition, error) ?? error
    const { errno, log } = error
    throw new VerifierError({ program: spec.name, errno, log, summary: summarizeVerifierLog(log, factsOf(object, program)), cause: error })
  }
}

/** What the object says of a program's instructions, for the verifier's log. */
function factsOf(object: BpfObject, { assembled, poisoned }: PreparedProgram): ProgramFacts {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name)
  const debug = new DebugRecords(object)
  return {
    poisoned: { accesses: poisoned, maps: names(object.maps), externs: names(object.externs) },
    placeOf: (at) => {
      const placed = assembled.placed.findLast(({ start }) => start <= at)
      return placed && { function: placed.code.name, source: debug.sourceOf(placed.code, at - placed.start) }
    },
  }
}

/** What a program is checked against: a member of a struct, a type of the kernel's, or a function of another program. */
function attachedType(target: Target, { spec, place, kernelType, programFunction }: PreparedProgram): Pick<ProgramDefinition, 'attach'> {
  if (programFunction !== null) {
    const type = functionType(target.objects, programFunction, spec.kind?.target ?? '')
    return { attach: { type, program: programFunction.program } }
  }
  if (spec.kind?.attach === 'freplace') {
    throw new UsageError(`program "${spec.name}" replaces a function of another program, and which is not said`, {
      hint: 'pass the program as attachTo when the object is loaded',
    })
  }
  const attach = place ?? kernelType
  return attach === null ? {} : { attach: { type: attach.type, module: attach.module?.handle() } }
}

/** A program for USDT is loaded for the way that this kernel has to attach it. */
const expectedAttachType = ({ attach, attachType }: SectionKind, target: Target): number =>
  attach === 'usdt' && attachesAtOnce(target) ? ATTACH_TYPE.TRACE_UPROBE_MULTI : attachType

/** A copy of the instructions with the handles in them; the prepared ones stay as they are for another load. */
function withHandles(
  object: BpfObject,
  { assembled, fixups }: PreparedProgram,
  maps: ReadonlyMap<string, LoadedMap>,
  modules: readonly (Handle | undefined)[],
): Uint8Array {
  const { instructions } = assembled
  const copy = instructions.bytes.slice()
  const view = new DataView(copy.buffer)
  for (const { at, map, offset } of fixups) {
    const place = at * 8
    const loaded = maps.get(map)
    if (loaded === undefined) {
      poison(copy.subarray(place, place + 16), POISON.MAP + object.maps.findIndex(({ name }) => name === map))
      continue
    }
    const registers = view.getUint8(place + 1) & 0xf
    view.setUint8(place + 1, registers | ((offset === null ? PSEUDO.MAP_FD : PSEUDO.MAP_VALUE) << 4))
    view.setInt32(place + 4, loaded.handle.number, true)
    view.setInt32(place + 12, offset === null ? 0 : offset + (loaded.arena?.globalsAt ?? 0), true)
  }
  for (const { at } of assembled.externs) {
    if (!instructions.isWide(at) || instructions.src(at) !== PSEUDO.BTF_ID) continue
    view.setInt32(at * 8 + 12, modules[instructions.imm(at + 1)]?.number ?? 0, true)
  }
  return copy
}

/** Puts calls of a helper that no kernel has in the place of a wide load: a program that does not get there still loads. */
function poison(load: Uint8Array, helper: number): void {
  const view = new DataView(load.buffer, load.byteOffset)
  for (const place of [0, 8]) {
    load.fill(0, place, place + 8)
    view.setUint8(place, CODE.CALL)
    view.setInt32(place + 4, helper, true)
  }
}
