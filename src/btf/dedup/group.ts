/** Something that can be hashed and compared word by word: `word` answers undefined beyond the end. */
export type Signature = (id: number, at: number) => number | undefined

/** Groups types by what `signature` says of them, exactly: the hash only finds what may be equal. */
export function groupBy(ids: readonly number[], signature: Signature): number[][] {
  const byHash = new Map<number, number[][]>()
  const groups: number[][] = []
  for (const id of ids) {
    const hash = hashOf(id, signature)
    const similar = byHash.get(hash)
    const group = similar?.find(([first = id]) => equal(first, id, signature))
    if (group !== undefined) {
      group.push(id)
      continue
    }
    const created = [id]
    groups.push(created)
    if (similar === undefined) byHash.set(hash, [created])
    else similar.push(created)
  }
  return groups
}

export function equal(left: number, right: number, signature: Signature): boolean {
  for (let at = 0; ; at += 1) {
    const word = signature(left, at)
    if (word !== signature(right, at)) return false
    if (word === undefined) return true
  }
}

/** FNV-1a, a word at a time. */
function hashOf(id: number, signature: Signature): number {
  let hash = 0x811c_9dc5
  for (let at = 0; ; at += 1) {
    const word = signature(id, at)
    if (word === undefined) return hash ^ (hash >>> 15)
    hash = Math.imul(hash ^ word, 0x0100_0193)
    hash ^= hash >>> 13
  }
}
