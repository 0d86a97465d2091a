export { typesAgree } from './compatible.ts'
export { CORE, type CoreKind, coreKindName } from './kinds.ts'
export { CoreResolver, type CoreRelocation, type CoreTarget, type Resolution } from './resolve.ts'
export { patchInstruction, poisonCall } from './patch.ts'
