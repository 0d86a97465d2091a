import { listPins } from '../src/kernel/index.ts'
import type { StructOpsEntry } from '../src/structops/index.ts'

/** Where the links that register something are pinned, as far as this process sees the BPF file systems. */
export function pinsOf(entry: StructOpsEntry | undefined): string[] {
  if (entry === undefined || entry.links.length === 0) return []
  return listPins().flatMap(({ path, kind, id }) => (kind === 'link' && entry.links.includes(id) ? [path] : []))
}
