export { type Clang, findClang, oldestClang } from './clang.ts'
export { type BuiltObject, buildObject, type BuildRequest } from './build.ts'
export { includeDirectory } from './source-names.ts'
export { type Diagnostic, parseDiagnostics } from './diagnostics.ts'
