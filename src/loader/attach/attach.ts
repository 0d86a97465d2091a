import { UnsupportedKernelError, UsageError } from '../../errors/index.ts'
import type { LoadedObject, LoadedProgram } from '../load/loaded.ts'
import { withFeature } from '../load/too-old.ts'
import type { Feature } from '../target/features.ts'
import { probeRequest } from '../probes/request.ts'
import { attachUsdt } from '../probes/usdt/attach.ts'
import type { Handle } from '../target/handle.ts'
import type { Attachment, Unlinked } from './attachment.ts'
import { attachmentOf } from './by-link.ts'
import { refusal } from './given.ts'
import type { AttachOptions, WithoutLink } from './options.ts'
import { refuseOthers } from './taken-options.ts'
import { unlinkedOf, withoutLinkOnly } from './without-link.ts'

/**
 * Attaches a loaded program to what its section names, as `raw_tp/tcp_probe`, or to what the options say. The link
 * belongs to the caller: the program runs until it is disposed of or, if it was pinned, until its pin is removed.
 *
 * With `withoutLink` it may also be attached in a way that is older than links, as an older kernel needs it and some
 * programs on any; `isUnlinked` tells which it was.
 */
export function attach(loaded: LoadedObject, program: string, options: AttachOptions & { withoutLink: 'always' }): Unlinked
export function attach(loaded: LoadedObject, program: string, options: AttachOptions & WithoutLink): Handle | Unlinked
export function attach(loaded: LoadedObject, program: string, options?: AttachOptions): Handle
export function attach(
  loaded: LoadedObject,
  program: string,
  options: AttachOptions & Partial<WithoutLink> = {},
): Handle | Unlinked {
  const found = programOf(loaded, program)
  const { withoutLink } = options
  const { kind } = found.spec
  if (kind !== null) refuseOthers(kind.attach, options, refusal(found))
  const unlinked = () => loaded.target.attachUnlinked(found.handle, unlinkedOf(found, options))
  if (withoutLink === 'always') return unlinked()
  if (withoutLinkOnly(found)) {
    if (withoutLink === 'allowed') return unlinked()
    throw new UsageError(`program "${program}" of section "${found.spec.code.section}" can only be attached without a link`, {
      hint: 'pass withoutLink: "allowed"; it then stays attached until it is taken away, also when this process has ended',
    })
  }
  if (kind?.attach === 'usdt') return attachUsdt(loaded, found.handle, probeRequest(kind, options, refusal(found)))
  const attachment = attachmentOf(loaded, found, options)
  try {
    return byLink(loaded, found, attachment)
  } catch (error) {
    if (withoutLink === undefined || !(error instanceof UnsupportedKernelError)) throw error
    return unlinked()
  }
}

/** Whether what `attach` answered has no link, and so stays when the process ends without taking it away. */
export const isUnlinked = (attached: Handle | Unlinked): attached is Unlinked => 'leave' in attached

function programOf({ object, programs }: LoadedObject, name: string): LoadedProgram {
  const found = programs.get(name)
  if (found !== undefined) return found
  const names = [...programs.keys()].join(', ') || 'none'
  throw new UsageError(`${object.file} has no loaded program "${name}"; it has ${names}`)
}

/** Links that came later than the programs that they attach. */
const linkFeatures: Partial<Record<Attachment['way'], Feature>> = {
  tcx: 'tcx_link',
  xdp: 'xdp_link',
  cgroup: 'cgroup_link',
  sockmap: 'sockmap_link',
}

function byLink({ target }: LoadedObject, { handle }: LoadedProgram, attachment: Attachment): Handle {
  const feature = linkFeatures[attachment.way]
  const work = () => target.attach(handle, attachment)
  return feature === undefined ? work() : withFeature(target, feature, 'pass withoutLink: "allowed" to attach it in the older way', work)
}
