export { attach, isUnlinked } from './attach/attach.ts'
export type { AttachedPrograms, Place } from './attach/attached-programs.ts'
export type { Attachment, Unlinked, UnlinkedAttachment } from './attach/attachment.ts'
export type { CgroupOrder, IteratorParameters } from './attach/iterator.ts'
export type { LinkInfo } from './attach/link-info.ts'
export type { AttachOptions, WithoutLink } from './attach/options.ts'
export type { Order } from './attach/order.ts'
export type { PerfEventSpec } from './attach/perf-event.ts'
export type { ProgramFunction } from './attach/program-function.ts'
export type { Access } from './access/access.ts'
export { BpfMap, UPDATE } from './access/bpf-map.ts'
export type { RedirectTarget } from './access/kernel-values.ts'
export type { LiveArray } from './access/live-array.ts'
export type { Variable } from './access/live-variable.ts'
export { initialVariable, setVariable, setVariableFromText, type VariableSpec, variablesOf } from './access/variables.ts'
export { valueFromText } from './access/from-text.ts'
export { placeOf, writePlace } from './access/place.ts'
export { type Answer, type Feature, features } from './features.ts'
export { type LoadedMap, type LoadedObject, type LoadedProgram, type LoadedStructOps } from './load/loaded.ts'
export { load, type LoadOptions } from './load/load.ts'
export type { VerifierLogOptions } from './load/verifier-log-options.ts'
export type { Tell } from './tell.ts'
export type { BpfObject, ExternSpec, FunctionSpec, MapSpec, ProgramSpec, StructOpsSpec } from './object.ts'
export { openObject, type OpenOptions } from './open/open-object.ts'
export { type PreparedObject, type PreparedProgram, prepare, type PrepareOptions } from './prepare/prepare.ts'
export type { MissingUse } from './prepare/missing.ts'
export type { PreparedStructOps } from './prepare/struct-ops.ts'
export { disassemble, type InstructionNames } from './disassemble.ts'
export type { Call, Failure, RecordedCall, RecordedMethod } from './recording/calls.ts'
export { describeCall, documentOfCall, namesIn } from './recording/describe.ts'
export { RecordedHandle } from './recording/handle.ts'
export { RecordingTarget, type RecordingOptions } from './recording/recording-target.ts'
export { fitsPattern } from './probes/glob.ts'
export type { ProbeOptions } from './probes/options.ts'
export type { KernelFunctions, ProbeAttachment, UprobePlace } from './probes/probe-attachment.ts'
export { ProbeLinks } from './probes/probe-links.ts'
export type { AttachWay, SectionKind } from './section-kind.ts'
export { sectionKind } from './section-names.ts'
export type {
  Batch,
  BatchResult,
  Handle,
  KernelFacts,
  MapDefinition,
  Memory,
  ModuleBtf,
  ProgramDefinition,
  Target,
  VerifierLog,
} from './target.ts'
export type { BtfInfo, MapInfo, ObjectKind, ObjectsById, ProgramInfo } from './objects-by-id.ts'
export type { TestRun, TestRunResult } from './test-run.ts'
export { ATTACH_FLAG, ATTACH_TYPE, LINK_TYPE, MAP_FLAG, MAP_TYPE, objectNameSize, PROG_TYPE, TOKEN_FD } from './uapi.ts'
export { summarizeVerifierLog } from './verifier/summary.ts'
