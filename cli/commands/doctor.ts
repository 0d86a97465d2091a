import type { Command } from 'commander'
import { examine, type Finding, privileges } from '../doctor/examine.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'

export function configure(command: Command, output: Output): void {
  command.action(() => {
    const findings = examine()
    output.document({ findings })
    const marks = {
      yes: output.style('green', 'yes'),
      no: output.style('red', 'no'),
      unknown: output.style('yellow', '?'),
    }
    output.print(table(findings.map(({ what, answer, detail }) => [marks[answer], what, output.style('dim', detail)])))
    const remedies = findings.filter(({ answer, remedy }) => answer !== 'yes' && remedy !== '')
    if (remedies.length > 0) output.print()
    for (const { what, remedy } of remedies) output.print(`${what}: ${remedy}`)
    output.exitCode = verdict(findings)
  })
}

/** What nothing can be registered without decides, as it would when it is tried; the rest is only told. */
function verdict(findings: readonly Finding[]): number {
  const missing = findings.filter(({ needed, answer }) => needed && answer === 'no').map(({ what }) => what)
  if (missing.length === 0) return 0
  return missing.every((what) => what === privileges) ? 4 : 3
}
