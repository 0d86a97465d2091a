import { summarySentence, type VerifierSummary } from './verifier-summary.ts'

/**
 * One class a cause. The message of each says what was tried, what was found and what to do next; the same facts
 * stand in fields, so that nobody has to parse a message.
 */
export abstract class CcdkError extends Error {
  /** What a person can do about it, a sentence. Empty when the message already says it. */
  readonly hint: string

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.hint = options.hint ?? ''
  }
}

/** A file (BPF object, BTF, spec) that does not say what its format demands. */
export class ObjectError extends CcdkError {
  /** The file, as the caller named it. */
  readonly file: string
  /** The place inside the file, for example `.BTF/type[17]/member[3]`. */
  readonly path: string
  /** What should have stood there. */
  readonly expected: string

  constructor(facts: { file: string; path: string; expected: string; hint?: string; cause?: unknown }) {
    super(`${facts.file}${facts.path === '' ? '' : `: ${facts.path}`}: ${facts.expected}`, facts)
    this.file = facts.file
    this.path = facts.path
    this.expected = facts.expected
  }
}

/** The command or the call was not given what it needs. */
export class UsageError extends CcdkError {}

/** A source that the compiler does not take. */
export class CompileError<Diagnostic extends { severity: string } = { severity: string }> extends CcdkError {
  /** The file, as the caller named it. */
  readonly source: string
  /** What the compiler printed, word for word. */
  readonly words: string
  /** The same, taken apart: `Diagnostic`s of `src/compiler`. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(facts: { source: string; words: string; diagnostics: readonly Diagnostic[]; signal: string | null }) {
    const errors = facts.diagnostics.filter(({ severity }) => severity.endsWith('error')).length
    const found = errors === 0 ? '' : `: ${errors} ${errors === 1 ? 'error' : 'errors'}`
    super(`${facts.source} ${facts.signal === null ? 'does not compile' : `ended the compiler by ${facts.signal}`}${found}`)
    this.source = facts.source
    this.words = facts.words
    this.diagnostics = facts.diagnostics
  }
}

/** The kernel, or another target, lacks a feature. */
export class UnsupportedKernelError extends CcdkError {
  readonly feature: string
  /** The first release with the feature, for example `6.9`; empty when no release has it. */
  readonly since: string
  /** The option that brings it, for example `CONFIG_BPF_JIT`; empty when there is none. */
  readonly config: string

  constructor(facts: { feature: string; since?: string; config?: string; hint?: string; cause?: unknown }) {
    const needs = [facts.since && `Linux ${facts.since} or later`, facts.config].filter(Boolean).join(' with ')
    super(`this kernel has no ${facts.feature}${needs === '' ? '' : `: it needs ${needs}`}`, facts)
    this.feature = facts.feature
    this.since = facts.since ?? ''
    this.config = facts.config ?? ''
  }
}

interface SyscallFacts {
  /** What was tried, in words: `creating the map "dctcp"`. */
  doing: string
  /** The system call and its command: `bpf(BPF_MAP_CREATE)`. */
  syscall: string
  /** The errno name, for example `EINVAL`. */
  errno: string
  hint?: string
  cause?: unknown
}

/** A system call that failed for a reason that no other class stands for. */
export class SyscallError extends CcdkError {
  readonly syscall: string
  readonly errno: string

  constructor(facts: SyscallFacts) {
    super(`${facts.doing}: ${facts.syscall} answered ${facts.errno}`, facts)
    this.syscall = facts.syscall
    this.errno = facts.errno
  }
}

/** A system call that was refused for want of a privilege. */
export class PermissionError extends CcdkError {
  readonly syscall: string
  readonly errno: string
  /** The capability that would allow it, for example `CAP_BPF`. */
  readonly capability: string

  constructor(facts: SyscallFacts & { capability: string }) {
    super(`${facts.doing}: ${facts.syscall} answered ${facts.errno}: it needs ${facts.capability}`, {
      hint: 'run it as root, or give the process that capability',
      ...facts,
    })
    this.syscall = facts.syscall
    this.errno = facts.errno
    this.capability = facts.capability
  }
}

/** The verifier refused a program. */
export class VerifierError extends CcdkError {
  readonly program: string
  readonly errno: string
  /** The verifier's whole log. */
  readonly log: string
  readonly summary: VerifierSummary

  constructor(facts: { program: string; errno: string; log: string; summary: VerifierSummary; cause?: unknown }) {
    super(`the verifier refused program "${facts.program}" (${facts.errno}): ${summarySentence(facts.summary)}`, {
      hint: facts.summary.suggestion ?? '',
      cause: facts.cause,
    })
    this.program = facts.program
    this.errno = facts.errno
    this.log = facts.log
    this.summary = facts.summary
  }
}

/** The object's struct does not fit the kernel's. */
export class BtfMismatchError<Report = unknown> extends CcdkError {
  /** What was compared, member by member: a `MatchReport` of `src/btf-match`. */
  readonly report: Report

  constructor(message: string, report: Report, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options)
    this.report = report
  }
}

/** A gate of an A/B experiment that failed. */
export class GateError extends CcdkError {
  /** The figures that the gate compared, by name. */
  readonly figures: Readonly<Record<string, number>>

  constructor(message: string, figures: Readonly<Record<string, number>>) {
    super(message)
    this.figures = figures
  }
}

/** A testbed failed: a host process ended, something took too long, or bytes went missing. */
export class TestbedError extends CcdkError {}
