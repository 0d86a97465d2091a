import type { LoadedProgram } from '../load/loaded.ts'
import { ATTACH_TYPE } from '../uapi.ts'
import type { UnlinkedAttachment } from './attachment.ts'
import { attachTypeOf, given, refusal } from './given.ts'
import type { AttachOptions } from './options.ts'

/** Whether no kernel has links for programs of this kind. */
export const withoutLinkOnly = ({ spec: { kind } }: LoadedProgram): boolean =>
  kind?.attach === 'socket' || kind?.attach === 'reuseport' || kind?.attach === 'lirc'

/** How a program is attached without a link. */
export function unlinkedOf(program: LoadedProgram, options: AttachOptions): UnlinkedAttachment {
  const fail = refusal(program)
  const { kind } = program.spec
  if (kind === null) return fail('its section does not say how to attach it', 'use Target.attachUnlinked with an attachment of your own')
  const { flags = 0, order, filter = {} } = options
  const need = given(options, fail)
  switch (kind.attach) {
    case 'tcx': {
      const egress = attachTypeOf(kind, options, fail) === ATTACH_TYPE.TCX_EGRESS
      return { way: 'filter', interface: need.interface(), direction: egress ? 'egress' : 'ingress', ...filter }
    }
    case 'xdp':
      return { way: 'xdp', interface: need.interface(), flags }
    case 'cgroup':
    case 'netns':
    case 'lirc': {
      const place = { file: need.file(), attachType: attachTypeOf(kind, options, fail), flags }
      return { way: kind.attach, ...place, ...(order === undefined ? {} : { order }) }
    }
    case 'sockmap':
      return { way: 'sockmap', map: need.map(), attachType: attachTypeOf(kind, options, fail) }
    case 'socket':
    case 'reuseport':
      return { way: kind.attach, file: need.file() }
    default:
      return fail('programs of this kind are attached by links alone', 'leave withoutLink out')
  }
}
