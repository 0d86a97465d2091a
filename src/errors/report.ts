import {
  BtfMismatchError,
  CcdkError,
  CompileError,
  GateError,
  ObjectError,
  PermissionError,
  SyscallError,
  TestbedError,
  UnsupportedKernelError,
  UsageError,
  VerifierError,
} from './errors.ts'

/** The one table from an error's class to the exit code of the command and the `code` in its JSON. */
const table = [
  { type: ObjectError, exit: 1, code: 'object' },
  { type: CompileError, exit: 1, code: 'compile' },
  { type: UsageError, exit: 2, code: 'usage' },
  { type: UnsupportedKernelError, exit: 3, code: 'unsupported-kernel' },
  { type: PermissionError, exit: 4, code: 'permission' },
  { type: VerifierError, exit: 5, code: 'verifier' },
  { type: BtfMismatchError, exit: 6, code: 'btf-mismatch' },
  { type: GateError, exit: 7, code: 'gate' },
  { type: SyscallError, exit: 1, code: 'syscall' },
  { type: TestbedError, exit: 1, code: 'testbed' },
] as const

/** What `--json` prints on stderr when a command fails. */
export interface ErrorDocument {
  error: { code: string; message: string; errno: string | null; syscall: string | null; hint: string | null }
}

/** The exit code that stands for an error; 1 for one that is not ours. */
export function exitCode(error: unknown): number {
  return table.find(({ type }) => error instanceof type)?.exit ?? 1
}

export function errorDocument(error: unknown): ErrorDocument {
  const answered = error instanceof SyscallError || error instanceof PermissionError ? error : undefined
  return {
    error: {
      code: table.find(({ type }) => error instanceof type)?.code ?? 'internal',
      message: error instanceof Error ? error.message : String(error),
      errno: answered?.errno ?? (error instanceof VerifierError ? error.errno : null),
      syscall: answered?.syscall ?? null,
      hint: error instanceof CcdkError && error.hint !== '' ? error.hint : null,
    },
  }
}
