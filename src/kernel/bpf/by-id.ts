import { check } from '../errno.ts'
import { Fd } from '../fd.ts'
import { bpfCall, type Command } from './command.ts'
import { byId } from './layouts.ts'

// ABI: linux/errno.h.
const ENOENT = 2
const EAGAIN = 11

/** Walks the ids of one kind in order. Objects that come or go meanwhile may or may not be seen. */
export function* walkIds(next: Command): Generator<number> {
  for (let id = 0; ;) {
    const { result, attr } = bpfCall(next, byId, { id })
    if (result === -ENOENT) return
    check(result, {
      doing: 'listing the BPF objects of this machine',
      syscall: `bpf(${next})`,
      capability: 'CAP_SYS_ADMIN',
    })
    // ABI: next_id, written by the kernel.
    id = attr.getUint32(4, true)
    yield id
  }
}

/** Opens an object by id; undefined when there is none (any more), or it is a link that is still being made. */
export function openById(open: Command, id: number, what: string): Fd | undefined {
  const { result } = bpfCall(open, byId, { id })
  if (result === -ENOENT || result === -EAGAIN) return undefined
  return new Fd(check(result, { doing: `opening ${what}`, syscall: `bpf(${open})`, capability: 'CAP_SYS_ADMIN' }), what)
}
