export { type Clang, findClang, oldestClang } from './clang.ts'
export { type BuiltObject, buildObject, type BuildRequest } from './build.ts'
export { type Diagnostic, parseDiagnostics } from './diagnostics.ts'
