export { findKernelStruct, type KernelStruct } from './kernel-struct.ts'
export { matchStruct, type StructToMatch } from './match.ts'
export { nearestName } from './nearest.ts'
export type { MatchReport, MemberMatch } from './report.ts'
