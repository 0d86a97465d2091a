/** One member of a struct, the object's against the kernel's. Offsets and sizes are bytes. */
export type MemberMatch =
  | {
      status: 'matched'
      name: string
      /** As BTF names it, behind typedefs and qualifiers. */
      kind: string
      size: number
      localOffset: number
      kernelOffset: number
      /** Position in the kernel's struct: what the kernel calls the expected attach type of its program. */
      kernelIndex: number
      /** As C declares it in the kernel. */
      declaration: string
      /** The program that fills it. */
      program: string | null
      /** How the two signatures differ. The verifier decides what that means. */
      warning: string | null
    }
  | { status: 'skipped'; name: string; localOffset: number; declaration: string; program: string | null; nearest: string | null }
  | { status: 'kernel-only'; name: string; kernelOffset: number; size: number; declaration: string }
  | {
      status: 'mismatch'
      name: string
      localOffset: number
      /** Both as C declares them; `kernel` is null when the kernel has no such member. */
      local: string
      kernel: string | null
      /** A sentence that says what differs. */
      reason: string
      nearest: string | null
    }

/** Member by member, in the object's order and then what only the kernel has. */
export interface MatchReport {
  /** The struct_ops map, which is the variable in the object. */
  map: string
  /** The kernel's struct. */
  struct: string
  localSize: number
  kernelSize: number
  members: readonly MemberMatch[]
  /** True when no member is a mismatch. */
  compatible: boolean
}
