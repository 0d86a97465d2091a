import type { AlgorithmView, MemberView } from '../../../../src/monitor/index.ts'
import { none, orNone, percent, scaled } from '../../screen/figures.ts'
import { plain, type Row, span } from '../../screen/row.ts'
import { type Column, headerRow, itemRow, layOut } from '../../screen/table.ts'
import type { Glyphs } from '../../theme/glyphs.ts'

const nanoseconds = (ns: number | null): Row => [span(orNone(ns, (value) => value.toFixed(0)), ns === null ? 'dim' : 'text')]

/** Each member with its program: what it did since the last look, and ever since it was counted. */
export function memberRows({ members }: AlgorithmView, columns: number, glyphs: Glyphs, cursor = -1): Row[] {
  const laid = layOut(memberColumns(glyphs), columns)
  return [headerRow(laid, null, glyphs), ...members.map((member, index) => itemRow(laid, member, columns, index === cursor))]
}

const memberColumns = (glyphs: Glyphs): Column<MemberView>[] => [
  { key: 'member', title: 'MEMBER', width: 12, most: 20, align: 'left', priority: 0, cell: ({ member }) => [span(plain(member), 'strong')] },
  { key: 'program', title: 'PROGRAM', width: 16, most: 30, align: 'left', priority: 3.5, cell: ({ program }) => plain(program) },
  { key: 'id', title: 'ID', width: 6, align: 'right', priority: 8, style: 'dim', cell: ({ programId }) => String(programId) },
  { key: 'runs', title: 'RUNS', width: 7, align: 'right', priority: 1, cell: ({ runs }) => [span(scaled(runs), runs === 0 ? 'dim' : 'text')] },
  { key: 'ns', title: 'NS/CALL', width: 7, align: 'right', priority: 2, cell: ({ nsPerCall }) => nanoseconds(nsPerCall) },
  { key: 'share', title: 'SHARE', width: 6, align: 'right', priority: 3, cell: ({ share }) => [span(share === 0 ? none : percent(share), share === 0 ? 'dim' : 'text')] },
  { key: 'bar', title: '', width: 10, most: 24, align: 'left', priority: 6, cell: ({ share }, width) => [span(bar(share, width, glyphs), 'second')] },
  { key: 'total', title: 'EVER', width: 8, align: 'right', priority: 4, cell: ({ runsTotal }) => [span(scaled(Number(runsTotal)), runsTotal === '0' ? 'dim' : 'text')] },
  { key: 'mean', title: 'NS EVER', width: 7, align: 'right', priority: 7, cell: ({ nsPerCallTotal }) => nanoseconds(nsPerCallTotal) },
]

const bar = (share: number, columns: number, { bars }: Glyphs): string => (bars.at(-1) ?? '#').repeat(Math.round(share * columns))
