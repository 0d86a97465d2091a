import { UsageError } from '../../errors/index.ts'
import type { LoadedProgram } from '../load/loaded.ts'
import type { SectionKind } from '../sections/section-kind.ts'
import { ATTACH_TYPE, PROG_TYPE } from '../uapi.ts'
import type { AttachOptions } from './options.ts'

/** Says why a program cannot be attached as it stands. */
export type Fail = (why: string, hint: string) => never

export const refusal =
  ({ spec }: LoadedProgram): Fail =>
  (why, hint) => {
    throw new UsageError(`program "${spec.name}" of section "${spec.code.section}": ${why}`, { hint })
  }

/** What the options have to say for some ways of attaching. */
export const given = (options: AttachOptions, fail: Fail) => ({
  interface: () => options.interface ?? fail('no interface is given', 'pass its index as interface'),
  file: () => options.file ?? fail('no file is given', 'pass an open descriptor as file'),
  map: () => options.map ?? fail('no map is given', 'pass a sockmap or sockhash as map'),
})

/** `enum bpf_attach_type`: from the options, or from the section, or from the direction where that leaves it open. */
export function attachTypeOf(kind: SectionKind, { attachType, direction }: AttachOptions, fail: Fail): number {
  if (attachType !== undefined) return attachType
  if (!kind.openEnded) return kind.attachType
  if (kind.attach === 'sockmap') return fail('its section does not say what it does', 'pass attachType, or write SEC("sk_skb/stream_verdict")')
  if (direction === undefined) return fail('its section does not say which way the packets go', 'pass "ingress" or "egress" as direction')
  const [ingress, egress] =
    kind.type === PROG_TYPE.CGROUP_SKB
      ? [ATTACH_TYPE.CGROUP_INET_INGRESS, ATTACH_TYPE.CGROUP_INET_EGRESS]
      : [ATTACH_TYPE.TCX_INGRESS, ATTACH_TYPE.TCX_EGRESS]
  return direction === 'ingress' ? ingress : egress
}
