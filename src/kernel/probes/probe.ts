import { type Answer, type Feature, features } from '../../loader/index.ts'
import { probeBtf } from './btf.ts'
import { probeArena, probeBatch, probeMapName, probeMmapableArray, probeRingBuffer } from './maps.ts'
import { probeLinkType, probeRunStatistics, probeToken } from './other.ts'
import { probeArenaFarGlobals, probeCookie, probeGlobalData, probeMemcgAccounting, probeProgramName, probeTcxLink, probeUprobeMulti } from './programs.ts'
import { probeStructOpsDetach, probeStructOpsLink, probeStructOpsSleepable, probeStructOpsUpdate } from './struct-ops.ts'

const probes: Readonly<Record<Feature, () => Answer>> = {
  btf_func: () => probeBtf('btf_func'),
  btf_func_linkage: () => probeBtf('btf_func_linkage'),
  btf_datasec: () => probeBtf('btf_datasec'),
  btf_question: () => probeBtf('btf_question'),
  btf_float: () => probeBtf('btf_float'),
  btf_decl_tag: () => probeBtf('btf_decl_tag'),
  btf_type_tag: () => probeBtf('btf_type_tag'),
  btf_enum64: () => probeBtf('btf_enum64'),
  map_name: probeMapName,
  program_name: probeProgramName,
  mmapable_array: probeMmapableArray,
  global_data: probeGlobalData,
  batch: probeBatch,
  ring_buffer: probeRingBuffer,
  run_statistics: probeRunStatistics,
  memcg_accounting: probeMemcgAccounting,
  bpf_cookie: probeCookie,
  uprobe_multi: probeUprobeMulti,
  struct_ops_link: probeStructOpsLink,
  struct_ops_update: probeStructOpsUpdate,
  struct_ops_detach: probeStructOpsDetach,
  struct_ops_sleepable: probeStructOpsSleepable,
  tcx_link: probeTcxLink,
  xdp_link: () => probeLinkType('XDP'),
  cgroup_link: () => probeLinkType('CGROUP'),
  sockmap_link: () => probeLinkType('SOCKMAP'),
  arena: probeArena,
  arena_far_globals: probeArenaFarGlobals,
  token: probeToken,
}

const known = new Map<Feature, Answer>()

/** Whether the running kernel has a feature. It is tried once; only what could not be found out is tried again. */
export function hasFeature(feature: Feature): Answer {
  const answer = known.get(feature) ?? probes[feature]()
  if (answer !== 'unknown') known.set(feature, answer)
  return answer
}

export interface FeatureFound {
  feature: Feature
  /** In words. */
  what: string
  /** The release that brought it. */
  since: string
  answer: Answer
}

/** Asks the running kernel for everything that it may be too old for. Nothing is left behind. */
export const probeFeatures = (): FeatureFound[] =>
  namesOf(features).map((feature) => ({ feature, ...features[feature], answer: hasFeature(feature) }))

const namesOf = (table: Readonly<Record<Feature, unknown>>): Feature[] =>
  Object.keys(table).filter((name): name is Feature => name in table)
