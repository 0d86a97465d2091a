import type { Command } from 'commander'
import { probeFeatures } from '../../src/kernel/index.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { privileges } from '../doctor/privileges.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'

export function configure(command: Command, output: Output): void {
  command.action(async () => {
    const features = probeFeatures()
    const findings = await examine(features)
    output.document({ findings, features })
    const marks = {
      yes: output.style('green', 'yes'),
      no: output.style('red', 'no'),
      unknown: output.style('yellow', '?'),
    }
    output.print(table(findings.map(({ what, answer, detail }) => [marks[answer], what, output.style('dim', detail)])))
    const remedies = findings.filter(({ answer, remedy }) => answer !== 'yes' && remedy !== '')
    if (output.verbose) {
      output.print()
      output.print(table(features.map(({ what, since, answer }) => [marks[answer], what, `Linux ${since}`])))
    }
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
