import type { VerifierSource, VerifierSummary } from '../../errors/index.ts'
import { type LogLine, readLine } from './lines.ts'
import { type Poisoned, whatIsMissing } from './missing.ts'
import { registersThatMatter, stateOf } from './registers.ts'
import { splitReport } from './report.ts'
import { suggestionFor } from './suggestions.ts'

/** What the object knows of its instructions, and the log need not. */
export interface ProgramFacts {
  readonly poisoned?: Poisoned
  /** Which function and source line an instruction of the program belongs to. */
  readonly placeOf?: (instruction: number) => { function: string; source: VerifierSource | null } | undefined
}

/** A log may have gigabytes; the end is what counts. */
const longestRead = 4 * 2 ** 20
/** Lines of one message: the verifier sometimes says what it found and then what that means. */
const mostMessages = 4
const noReason = 'it gave no reason'

/**
 * The verdict of a verifier's log: why, at which instruction and source line, and what was known of the registers there.
 * It reads the form of all kernels up to 7.2 and the report that later ones add. What is missing, such as a field or a
 * map, is called by its name.
 */
export function summarizeVerifierLog(log: string, { poisoned, placeOf }: ProgramFacts = {}): VerifierSummary {
  const { classic, report } = splitReport(log.slice(-longestRead))
  const lines = classic.split('\n').map(readLine)
  const said = messages(lines)
  const reason = said.length > 0 ? said.join('; ') : (report?.problem || report?.reason || noReason)
  const path = pathTo(lines)
  const instruction = path.instruction ?? report?.place?.instruction ?? instructionIn(reason)
  const known = instruction === null ? undefined : placeOf?.(instruction.index)
  const named = poisoned === undefined ? undefined : whatIsMissing(reason, poisoned)
  return {
    reason: named ?? reason,
    instruction,
    source: best([path.source, report?.place ?? null, known?.source ?? null]),
    registers: registersThatMatter(reason, instruction?.text ?? '').flatMap((name) => {
      const state = stateOf(name, path.before)
      return state === undefined ? [] : [{ name, state }]
    }),
    calls: path.calls.map((at) => ({ function: placeOf?.(at)?.function ?? null, instruction: at, source: placeOf?.(at)?.source ?? null })),
    explanation: report?.reason ?? null,
    suggestion: report?.suggestion ?? (named === undefined ? suggestionFor(reason) : null),
  }
}

/** The messages behind the last instruction; without instructions the last there are. */
function messages(lines: readonly LogLine[]): string[] {
  const last = lines.findLastIndex(({ kind }) => kind === 'instruction' || kind === 'source')
  const behind = lines.slice(last + 1).flatMap((line) => (line.kind === 'message' ? [line.text] : []))
  const all = behind.length > 0 ? behind : lines.flatMap((line) => (line.kind === 'message' ? [line.text] : [])).slice(-1)
  return all.slice(-mostMessages)
}

interface Path {
  instruction: VerifierSummary['instruction']
  source: VerifierSource | null
  /** All lines before what is known of the refused instruction's result. */
  before: readonly LogLine[]
  /** The call instructions that are not finished. */
  calls: readonly number[]
}

function pathTo(lines: readonly LogLine[]): Path {
  const calls: number[] = []
  let instruction: Path['instruction'] = null
  let source: VerifierSource | null = null
  let end = 0
  for (const [at, line] of lines.entries()) {
    if (line.kind === 'instruction') {
      instruction = { index: line.index, text: line.text }
      end = at
    } else if (line.kind === 'source') {
      source = { file: line.file, line: line.line, text: line.text }
    } else if (line.kind === 'call' && instruction !== null) {
      calls.push(instruction.index)
    } else if (line.kind === 'return') {
      calls.pop()
    } else if (line.kind === 'state' && line.frame !== null) {
      calls.length = Math.min(calls.length, line.frame)
    }
  }
  return { instruction, source, before: lines.slice(0, end), calls }
}

/** Checks before the walk through the program name an instruction in their message: `back-edge from insn 3 to 1`. */
function instructionIn(reason: string): VerifierSummary['instruction'] {
  const [, index] = /\binsn (\d+)/.exec(reason) ?? []
  return index === undefined ? null : { index: Number(index), text: '' }
}

/** One with a file, or else the first. */
function best(sources: readonly (VerifierSource | null)[]): VerifierSource | null {
  const found = sources.filter((source) => source !== null)
  const chosen = found.find(({ file }) => file !== null) ?? found[0] ?? null
  return chosen === null ? null : { file: chosen.file, line: chosen.line, text: chosen.text }
}
