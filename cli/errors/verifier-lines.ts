import type { VerifierSummary } from '../../src/errors/index.ts'
import { table } from '../output/table.ts'

/** What a person reads of a refusal, below its reason: where it is, and what the verifier knew there. */
export function verifierLines({ source, instruction, registers, calls, explanation }: VerifierSummary): string {
  const rows: string[][] = []
  const place = (file: string | null, line: number | null) => (file === null ? 'source' : `${file}:${line}`)
  if (source !== null) rows.push([place(source.file, source.line), source.text])
  if (instruction !== null) rows.push([`instruction ${instruction.index}`, instruction.text])
  for (const { name, state } of registers) rows.push([name, state])
  for (const { function: name, instruction: at, source: from } of calls.toReversed()) {
    const where = from === null || from.file === null ? `instruction ${at}` : place(from.file, from.line)
    rows.push(['called by', `${name ?? 'a function'} (${where})`])
  }
  if (explanation !== null) rows.push(['the kernel says', explanation])
  return rows.length === 0 ? '' : table(rows)
}
