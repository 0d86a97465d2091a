import { UsageError } from '../../errors/index.ts'

interface Ring {
  readonly name: string
  readonly pending: number
}

const used = ({ name }: Ring): never => {
  throw new UsageError(`the ${name}: used after its socket was closed`)
}

/** Throws for a count that a ring cannot do, or for any use of one that is closed. */
export function wrongCount(ring: Ring, count: number, closed: boolean): never {
  if (closed) return used(ring)
  throw new UsageError(`the ${ring.name}: ${count} is no count of entries that it can do; ${ring.pending} are pending`)
}

export function wrongEntry(ring: Ring, k: number, pending: number, closed: boolean): never {
  if (closed) return used(ring)
  const there = pending === 0 ? 'none is reserved or peeked at' : `there are 0 to ${pending - 1}`
  throw new UsageError(`the ${ring.name} has no entry ${k}: ${there}`)
}
