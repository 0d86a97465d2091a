import type { MatchReport, MemberMatch } from '../../src/btf-match/index.ts'
import type { PreparedStructOps } from '../../src/loader/index.ts'
import { memberValue } from './member-value.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'

/** The comparison of a struct with the kernel's: what is compared, a line a member, and the sum. */
export function matchTable(struct: PreparedStructOps, output: Output, stream?: NodeJS.WriteStream): string {
  const { report, spec } = struct
  const style: Output['style'] = (name, text) => output.style(name, text, stream)
  const here = `${style('bold', report.map)} (${spec.section}, ${report.localSize} bytes)`
  const title = `${here} → struct ${report.struct} (${report.kernelSize} bytes)`
  const header = ['', 'MEMBER', 'HERE', 'KERNEL', 'SIZE', 'KIND', 'PROGRAM, VALUE OR REMARK'].map((cell) =>
    style('dim', cell),
  )
  const rows = report.members.map((member) => row(member, struct, style))
  return [title, table([header, ...rows], [2, 3, 4]), summary(report)].join('\n')
}

/** How many members there are of each kind. */
export function summary({ members }: MatchReport): string {
  const count = (status: MemberMatch['status']) => members.filter((member) => member.status === status).length
  const mismatches = count('mismatch')
  const parts = [
    `${count('matched')} matched`,
    `${count('skipped')} skipped`,
    `${count('kernel-only')} only in the kernel`,
    `${mismatches} mismatch${mismatches === 1 ? '' : 'es'}`,
  ]
  return parts.join(', ')
}

function row(member: MemberMatch, struct: PreparedStructOps, style: Output['style']): string[] {
  const { name } = member
  const nearest = 'nearest' in member && member.nearest !== null ? `; the kernel has "${member.nearest}"` : ''
  switch (member.status) {
    case 'matched': {
      const { localOffset, kernelOffset, size, kind, warning, program } = member
      const value = program ?? memberValue(struct, member)
      const content = value === null ? style('dim', 'not set') : value
      const remark = warning === null ? content : `${content} ${style('yellow', `warning: ${warning}`)}`
      const mark = warning === null ? style('green', '✓') : style('yellow', '!')
      return [mark, name, `${localOffset}`, `${kernelOffset}`, `${size}`, kind, remark]
    }
    case 'skipped': {
      const left = member.program === null ? 'not set here' : `optional: program ${member.program} is left out`
      return [
        style('yellow', '–'),
        name,
        `${member.localOffset}`,
        '',
        '',
        '',
        `${left}, and unknown to the kernel${nearest}`,
      ]
    }
    case 'kernel-only':
      return ['', name, '', `${member.kernelOffset}`, `${member.size}`, '', 'stays zero'].map((cell) =>
        style('dim', cell),
      )
    case 'mismatch':
      return [style('red', '✗'), name, `${member.localOffset}`, '', '', '', style('red', member.reason) + nearest]
  }
}
