import type { Command } from 'commander'
import { examine } from '../doctor/examine.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'

export function configure(command: Command, output: Output): void {
  command.action(() => {
    const findings = examine()
    output.document({ findings })
    const marks = { yes: output.style('green', 'yes'), no: output.style('red', 'no'), unknown: output.style('yellow', '?') }
    output.print(
      table(findings.map(({ what, answer, detail }) => [marks[answer], what, output.style('dim', detail)])),
    )
    const remedies = findings.filter(({ answer, remedy }) => answer !== 'yes' && remedy !== '')
    if (remedies.length > 0) output.print()
    for (const { what, remedy } of remedies) output.print(`${what}: ${remedy}`)
    // What a BPF algorithm cannot do without decides; the rest is only told.
    if (findings.some(({ needed, answer }) => needed && answer === 'no')) output.exitCode = 3
  })
}
