import { fstatSync } from 'node:fs'
import { UsageError } from '../../../errors/index.ts'
import { ATTACH_FLAG, type AttachedPrograms, type Place, type Unlinked, type UnlinkedAttachment } from '../../../loader/index.ts'
import { check, systemError } from '../../errno.ts'
import type { Fd } from '../../fd.ts'
import { namespaceInode } from '../../net/namespace.ts'
import { bpfCall, bpfDo, type Purpose } from '../command.ts'
import { objectInfo } from '../info.ts'
import { programInfo } from '../info-layouts.ts'
import { progAttach, progQuery } from '../layouts.ts'
import { another, exchanged } from './another.ts'
import { orderFields } from './order.ts'

type Way = Extract<UnlinkedAttachment, { attachType: number }>

/** What says that there is nothing left to detach: the place is gone, or somebody else took the program away. */
const isGone: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV'])

/** BPF_PROG_ATTACH, which disposing of it undoes. */
export class ProgAttachment implements Unlinked {
  readonly way: Way['way']
  readonly #owned = new DisposableStack()
  readonly #place: { target_fd: number; attach_type: number }
  readonly #flags: number
  #program: Fd

  constructor(program: Fd, to: Way) {
    const { flags, relative, revision } = orderFields('order' in to ? to.order : {})
    using owned = new DisposableStack()
    this.way = to.way
    // Replaced, a program would be one that runs in its usual turn, unless the flag is given again.
    this.#flags = ('flags' in to ? to.flags : 0) | (flags & ATTACH_FLAG.PREORDER)
    this.#place = { target_fd: targetOf(to, owned), attach_type: to.attachType }
    this.#program = another(program.number, program.what)
    owned.defer(() => this.#program[Symbol.dispose]())
    const among = { relative_fd: relative, expected_revision: revision }
    const values = { ...this.#place, attach_bpf_fd: program.number, attach_flags: flags | this.#flags, ...among }
    bpfDo('BPF_PROG_ATTACH', progAttach, values, this.#purpose('attaching'))
    this.#owned = owned.move()
  }

  replace(program: Fd): void {
    // Where only one program may be attached, another takes its place without being told to.
    const severals = this.way === 'tcx' || this.way === 'netkit' || (this.#flags & ATTACH_FLAG.ALLOW_MULTI) !== 0
    const guard = severals ? { attach_flags: this.#flags | ATTACH_FLAG.REPLACE, replace_bpf_fd: this.#program.number } : { attach_flags: this.#flags }
    const values = { ...this.#place, attach_bpf_fd: program.number, ...guard }
    this.#program = exchanged(this.#program, program, () => void bpfDo('BPF_PROG_ATTACH', progAttach, values, this.#purpose('replacing')))
  }

  leave(): void {
    this.#owned.dispose()
  }

  [Symbol.dispose](): void {
    if (this.#owned.disposed) return
    using _ = this.#owned
    if (this.#isTakenOver()) return
    const { result } = bpfCall('BPF_PROG_DETACH', progAttach, { ...this.#place, attach_bpf_fd: this.#program.number })
    if (result >= 0) return
    const error = systemError(-result, { ...this.#purpose('detaching'), syscall: 'bpf(BPF_PROG_DETACH)' })
    if (!isGone.has(error.errno)) throw error
  }

  /**
   * Whether another program runs where this one was put. ABI: where a cgroup has room for one, the kernel detaches that one,
   * whichever is named (find_detach_entry, kernel/bpf/cgroup.c); of other places it is asked for the program itself.
   */
  #isTakenOver(): boolean {
    if (this.way !== 'cgroup' || (this.#flags & ATTACH_FLAG.ALLOW_MULTI) !== 0) return false
    const { target_fd: file, attach_type: attachType } = this.#place
    const { id } = objectInfo(this.#program, { id: programInfo.id })
    return !attachedPrograms({ at: 'cgroup', file, attachType }).programs.some((program) => program.id === id)
  }

  #purpose(doing: string): Purpose {
    return {
      doing: `${doing} ${this.#program.what} (${this.way}, without a link)`,
      capability: 'CAP_BPF and CAP_NET_ADMIN',
      hints: {
        EPERM: 'a cgroup above it does not let programs be attached here, or other flags were used for those that are',
        EEXIST: 'the program is attached there already',
        ESTALE: 'something was attached or detached since the revision that was expected',
        EBADF: 'the file is not what this kind of program is attached to',
        ENODEV: 'there is no such interface',
      },
    }
  }
}

function targetOf(to: Way, owned: DisposableStack): number {
  switch (to.way) {
    case 'tcx':
    case 'netkit':
      return to.interface
    case 'sockmap':
      return owned.use(another(to.map.number, 'the map')).number
    case 'netns':
      if (fstatSync(to.file).ino !== namespaceInode()) {
        throw new UsageError('without a link a program is attached to the own network namespace alone', {
          hint: 'enter the namespace first, or attach it by a link',
        })
      }
      // ABI: netns_bpf_prog_attach refuses any descriptor.
      return 0
    case 'cgroup':
    case 'lirc':
      return owned.use(another(to.file, to.way)).number
  }
}

/** More than the kernel lets be attached to one place; it answers ENOSPC otherwise. */
const most = 1024

/** BPF_PROG_QUERY */
export function attachedPrograms(place: Place): AttachedPrograms {
  const target_fd = place.at === 'interface' ? place.interface : place.at === 'sockmap' ? place.map.number : place.file
  const ids = new Uint32Array(most)
  const links = new Uint32Array(most)
  const effective = 'effective' in place && (place.effective ?? false)
  // Only places with an order know links: of others the kernel refuses the field.
  const withLinks = place.at === 'interface' ? { link_ids: new Uint8Array(links.buffer) } : {}
  const values = { target_fd, attach_type: place.attachType, query_flags: effective ? 1 : 0, prog_ids: new Uint8Array(ids.buffer), count: most, ...withLinks }
  const { result, attr } = bpfCall('BPF_PROG_QUERY', progQuery, values)
  const hints = { hints: { EINVAL: 'programs of an interface (tcx, netkit) need Linux 6.6 or later' } }
  const attempt = { doing: `asking what is attached (${place.at})`, syscall: 'bpf(BPF_PROG_QUERY)', capability: 'CAP_NET_ADMIN' }
  check(result, { ...attempt, ...(place.at === 'interface' ? hints : {}) })
  const count = Math.min(attr.getUint32(progQuery.count[0], true), most)
  return {
    programs: Array.from(ids.subarray(0, count), (id, index) => ({ id, link: links[index] ?? 0 })),
    flags: attr.getUint32(progQuery.attach_flags[0], true),
    revision: attr.getBigUint64(progQuery.revision[0], true),
  }
}
