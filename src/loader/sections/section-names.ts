import { programSections } from './program-sections.ts'
import type { SectionKind } from './section-kind.ts'

/**
 * Reads a section's name; `name` comes without the `?` that says that the program is optional. Null for a name that is
 * not known: the program is then of no kind until its user says which.
 */
export function sectionKind(name: string): SectionKind | null {
  for (const entry of programSections) {
    const target = targetIn(entry.name, entry.more, name)
    if (target === null) continue
    const { more: _, ...kind } = entry
    return { ...kind, target }
  }
  return null
}

/** What follows `head` in a name, or null when the name is another. Only some heads may be followed by anything. */
function targetIn(head: string, more: boolean, name: string): string | null {
  if (name === head) return ''
  return more && name.startsWith(`${head}/`) ? name.slice(head.length + 1) : null
}

/** The sections that hold struct_ops variables. */
export const structOpsSections: readonly string[] = [
  '.struct_ops',
  '.struct_ops.link',
  '?.struct_ops',
  '?.struct_ops.link',
]
