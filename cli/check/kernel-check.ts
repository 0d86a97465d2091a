import type { MatchReport } from '../../src/btf-match/index.ts'
import { errorDocument, ObjectError } from '../../src/errors/index.ts'
import type { MissingUse, PreparedObject } from '../../src/loader/index.ts'

/** What came of one kernel. It holds nothing of the kernel's types, so that there may be many. */
export interface KernelCheck {
  /** Told apart from all others. */
  readonly kernel: string
  /** The file that it was read from; null for the kernel that runs. */
  readonly file: string | null
  readonly fits: boolean
  readonly structOps: readonly MatchReport[]
  /** What programs use that it does not have. */
  readonly missing: readonly MissingUse[]
  readonly problems: readonly { code: string; message: string; hint: string | null }[]
  readonly notes: readonly string[]
}

export function kernelCheck(prepared: PreparedObject, file: string | null): KernelCheck {
  const { facts, structOps, programs, problems, notes } = prepared
  const missing = onceEach(programs.flatMap((program) => program.missing))
  return {
    kernel: facts.name,
    file,
    fits: problems.length === 0 && !missing.some(({ reached }) => reached),
    structOps: structOps.map(({ report }) => report),
    missing,
    problems: problems.map((problem) => errorDocument(problem).error).map(({ code, message, hint }) => ({ code, message, hint })),
    notes,
  }
}

/** One line may use a field several times, and several programs may call one function. */
function onceEach(uses: readonly MissingUse[]): MissingUse[] {
  const keyOf = ({ what, program, function: name, source, reached }: MissingUse) =>
    [what, program, name, source?.file, source?.line, reached].join('\0')
  return [...new Map(uses.map((use) => [keyOf(use), use])).values()]
}

/** A mistake in the object itself is the same for every kernel: 1. What a kernel lacks, or has otherwise: 6. */
export const verdict = (checks: readonly KernelCheck[]): number => {
  const codes = checks.flatMap(({ problems }) => problems.map(({ code }) => code))
  if (checks.every(({ fits }) => fits)) return 0
  return codes.length > 0 && codes.every((code) => code === objectCode) ? 1 : 6
}

const objectCode = errorDocument(new ObjectError({ file: '', path: '', expected: '' })).error.code

/** Gives kernels of the same name their files' names too, and files that come twice a number. */
export function toldApart(checks: readonly KernelCheck[]): KernelCheck[] {
  const byName = Map.groupBy(checks, ({ kernel }) => kernel)
  const used = new Map<string, number>()
  return checks.map((check) => {
    const { kernel, file } = check
    const alone = (byName.get(kernel)?.length ?? 0) < 2
    const name = alone || file === null || file === kernel ? kernel : `${kernel} (${file})`
    const times = (used.get(name) ?? 0) + 1
    used.set(name, times)
    return { ...check, kernel: times === 1 ? name : `${name} #${times}` }
  })
}
