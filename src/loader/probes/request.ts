import type { AttachOptions } from '../attach/options.ts'
import type { SectionKind } from '../section-kind.ts'
import type { ProbeRequest } from './options.ts'

/** What a section's name and the options say together. */
export const probeRequest = (
  { name, target, attachType }: SectionKind,
  { probe, pid, cookie }: AttachOptions,
  fail: ProbeRequest['fail'],
): ProbeRequest => ({ ...probe, section: name, target, attachType, pid, cookie, fail })
