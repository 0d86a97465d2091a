import type { Unlinked, UnlinkedAttachment } from '../../../loader/index.ts'
import type { Fd } from '../../fd.ts'
import { FilterAttachment } from './filter.ts'
import { ProgAttachment } from './prog-attach.ts'
import { SocketAttachment } from './socket.ts'
import { XdpAttachment } from './xdp.ts'

/** Attaches a program in the way that its kind had before links. */
export function attachUnlinked(program: Fd, to: UnlinkedAttachment): Unlinked {
  switch (to.way) {
    case 'filter':
      return new FilterAttachment(program, to)
    case 'xdp':
      return new XdpAttachment(program, to)
    case 'socket':
    case 'reuseport':
      return new SocketAttachment(program, to)
    case 'cgroup':
    case 'netns':
    case 'lirc':
    case 'tcx':
    case 'netkit':
    case 'sockmap':
      return new ProgAttachment(program, to)
  }
}
