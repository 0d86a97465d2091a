import type { MatchReport, MemberMatch } from '../src/btf-match/index.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'

/** Prints the comparison of a struct with the kernel's, a line a member. */
export function printReport(report: MatchReport, section: string, output: Output): void {
  const count = (status: MemberMatch['status']) => report.members.filter((member) => member.status === status).length
  const sizes = `${report.localSize} bytes here, ${report.kernelSize} in the kernel`
  output.print(`${output.style('bold', report.map)} (${section}) → struct ${report.struct}, ${sizes}`)
  const header = ['', 'MEMBER', 'HERE', 'KERNEL', 'SIZE', 'KIND', 'PROGRAM OR REMARK'].map((cell) => output.style('dim', cell))
  output.print(table([header, ...report.members.map((member) => row(member, output))], [2, 3, 4]))
  const parts = [`${count('matched')} matched`, `${count('skipped')} skipped`, `${count('kernel-only')} only in the kernel`]
  const mismatches = count('mismatch')
  output.print([...parts, `${mismatches} mismatch${mismatches === 1 ? '' : 'es'}`].join(', '))
}

function row(member: MemberMatch, output: Output): string[] {
  const { name } = member
  const nearest = 'nearest' in member && member.nearest !== null ? `; the kernel has "${member.nearest}"` : ''
  switch (member.status) {
    case 'matched': {
      const remark = [member.program ?? '', member.warning === null ? '' : output.style('yellow', `warning: ${member.warning}`)]
      const { localOffset, kernelOffset, size, kind } = member
      const mark = output.style(member.warning === null ? 'green' : 'yellow', '✓')
      return [mark, name, `${localOffset}`, `${kernelOffset}`, `${size}`, kind, remark.filter(Boolean).join(' ')]
    }
    case 'skipped': {
      const left = member.program === null ? 'not set here' : `optional: program ${member.program} is left out`
      return [output.style('yellow', '–'), name, `${member.localOffset}`, '', '', '', `${left}, and unknown to the kernel${nearest}`]
    }
    case 'kernel-only':
      return ['', name, '', `${member.kernelOffset}`, `${member.size}`, '', 'stays zero'].map((cell) => output.style('dim', cell))
    case 'mismatch':
      return [output.style('red', '✗'), name, `${member.localOffset}`, '', '', '', output.style('red', member.reason) + nearest]
  }
}
