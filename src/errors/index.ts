export { collect } from './collect.ts'
export {
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
export { type ErrorDocument, errorDocument, exitCode } from './report.ts'
export { sourceText, type VerifierSource, type VerifierSummary } from './verifier-summary.ts'
