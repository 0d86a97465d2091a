import { type Area, heights } from '../../screen/panel.ts'
import type { DetailPart } from '../../state/ui.ts'

/** Where the panels of Detail stand. Those without rows are not shown. */
export type DetailLayout = Record<DetailPart, Area>

/** How much each panel has to show. */
export type Contents = Record<DetailPart, number>

const wide = 110
/** Two edges, and in lists the header. */
const [edges, header] = [2, 1]

/**
 * Side by side where the terminal is wide. Elsewhere the part that the person is in comes first to room, then what the
 * algorithm is, and then the others while there is enough for them.
 */
export function layOutDetail({ facts, members, variables, timeline }: Contents, part: DetailPart, { columns, rows }: Area): DetailLayout {
  const wanted = {
    facts: { least: part === 'facts' ? Math.min(9, facts + edges) : 4, most: facts + edges },
    members: { least: Math.min(9, members + edges + header), most: members + edges + header },
    variables: { least: Math.min(7, Math.max(1, variables) + edges + header), most: Math.max(1, variables) + edges + header },
    timeline: { least: 5, most: Math.max(6, timeline + edges) },
  }
  const share = (names: readonly DetailPart[], width: number): [string, Area][] => {
    const given = heights(names.map((name) => wanted[name]), rows)
    return names.map((name, index) => [name, { columns: width, rows: given[index] ?? 0 }])
  }
  const none: Area = { columns: 0, rows: 0 }
  const all: DetailLayout = { facts: none, members: none, variables: none, timeline: none }
  if (columns < wide) {
    const others = (['facts', 'members', 'variables', 'timeline'] as const).filter((name) => name !== part)
    return { ...all, ...Object.fromEntries(share([part, ...others], columns)) }
  }
  const right = Math.max(44, Math.floor(columns * 0.4))
  return { ...all, ...Object.fromEntries([...share(['members', 'timeline'], columns - right), ...share(['facts', 'variables'], right)]) }
}
