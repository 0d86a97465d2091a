/** What a verifier's log comes to. */
export interface VerifierSummary {
  /** Why it refused the program: what the kernel said, or the name of what is missing. */
  readonly reason: string
  /** The instruction that it refused, counted from the program's start; `text` as the kernel writes it, may be empty. */
  readonly instruction: { readonly index: number; readonly text: string } | null
  /** The source line that the instruction comes from. Kernels before 6.10 say no file, and then the object may. */
  readonly source: VerifierSource | null
  /** What the verifier knew there of the registers that matter, the one that it named first. */
  readonly registers: readonly { readonly name: string; readonly state: string }[]
  /** The calls that led there, outermost first. Empty in the program itself. */
  readonly calls: readonly { readonly function: string | null; readonly instruction: number; readonly source: VerifierSource | null }[]
  /** The reason at length, as kernels from 7.3 on give it. */
  readonly explanation: string | null
  /** What to do about it: the kernel's own suggestion, or ours. */
  readonly suggestion: string | null
}

export interface VerifierSource {
  readonly file: string | null
  /** From 1. */
  readonly line: number | null
  readonly text: string
}

/** `my.bpf.c:9 "tcp_sk(sk)->srtt_us = 0;"`. */
export function sourceText({ file, line, text }: VerifierSource): string {
  return file === null ? `"${text}"` : `${file}:${line} "${text}"`
}

/** A summary in one sentence: the reason, the source line and the instruction. */
export function summarySentence({ reason, source, instruction }: VerifierSummary): string {
  const places = [
    ...(source === null ? [] : [`at ${sourceText(source)}`]),
    ...(instruction === null ? [] : [`instruction ${instruction.index}${instruction.text === '' ? '' : `: ${instruction.text}`}`]),
  ]
  return [reason, ...places].join(', ')
}
