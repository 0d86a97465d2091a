import type { AttachOptions } from '../attach/options.ts'
import type { SectionKind } from '../sections/section-kind.ts'
import type { ProbeRequest } from './options.ts'

/** What a section's name and the options say together. */
export const probeRequest = (
  { name, target, attachType }: SectionKind,
  { probe, pid, cookie }: AttachOptions,
  fail: ProbeRequest['fail'],
  // ABI: 0 is the caller for perf_event_open(2), but every process for a link of many places.
): ProbeRequest => ({ ...probe, section: name, target, attachType, pid: pid === 0 ? process.pid : pid, cookie, fail })
