import { UsageError } from '../../errors/index.ts'
import type { VerifierLog } from '../target/definitions.ts'

/** What is wanted of the verifier's log, also of programs that it accepts. */
export interface VerifierLogOptions {
  /** 1 for what led to a refusal, 2 for every instruction, 4 for counts, which goes together with either. 2 if left out. */
  level?: number
  /** The most that is kept, bytes; without it as much as there is. */
  size?: number
  /** Is given each program's log, whatever the verdict. */
  write?: (program: string, log: string) => void
}

// ABI: BPF_LOG_MASK without BPF_LOG_FIXED, linux/bpf_verifier.h, and the sizes that all kernels take.
const allLevels = 7
const sizes = { least: 128, most: 2 ** 24 - 1 }

/** Throws a `UsageError` for what no kernel takes. */
export function logOptions({ level = 2, size, write }: VerifierLogOptions, program: string, keep: (log: string) => void): VerifierLog {
  if (!Number.isInteger(level) || level < 1 || level > allLevels) {
    throw new UsageError(`a verifier log of level ${level}: it is 1, 2 or 4, or 5 or 6 for both`)
  }
  if (size !== undefined && !(Number.isInteger(size) && size >= sizes.least && size <= sizes.most)) {
    throw new UsageError(`a verifier log of ${size} bytes: it may have ${sizes.least} to ${sizes.most}`)
  }
  return {
    level,
    ...(size === undefined ? {} : { size }),
    write: (log) => {
      keep(log)
      write?.(program, log)
    },
  }
}
