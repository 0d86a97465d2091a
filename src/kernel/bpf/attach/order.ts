import { ATTACH_FLAG, type Order } from '../../../loader/index.ts'

/** An order as the kernel takes it: flags, the descriptor or id of what it goes beside, and the revision. */
export function orderFields({ where, of, expectedRevision, preorder }: Order = {}): {
  flags: number
  relative: number
  revision: bigint
} {
  const flags =
    (where === 'before' ? ATTACH_FLAG.BEFORE : 0) |
    (where === 'after' ? ATTACH_FLAG.AFTER : 0) |
    (of?.kind === 'link' ? ATTACH_FLAG.LINK : 0) |
    (typeof of?.is === 'number' ? ATTACH_FLAG.ID : 0) |
    (preorder === true ? ATTACH_FLAG.PREORDER : 0)
  const relative = typeof of?.is === 'number' ? of.is : (of?.is.number ?? 0)
  return { flags, relative, revision: expectedRevision ?? 0n }
}
