import { runningVersion } from './facts/kernel-facts.ts'
import { setrlimit } from './libc.ts'

// ABI: sys/resource.h, of Linux but for Alpha, MIPS and SPARC.
const RLIMIT_MEMLOCK = 8
const unlimited = 0xffff_ffff_ffff_ffffn
/** From this release on the memory of BPF is counted by the control group. */
const countedOtherwise = (5 << 16) | (11 << 8)

let tried = false

/**
 * Lets this process lock as much memory as it likes, on kernels that count maps and programs as locked and answer EPERM
 * when there are too many. Whether it is worth to try again: true once at most.
 */
export function raiseLockedMemory(version = runningVersion()): boolean {
  if (tried || version >= countedOtherwise) return false
  tried = true
  // ABI: struct rlimit: what counts now, and how far it may be raised.
  return setrlimit(RLIMIT_MEMLOCK, new Uint8Array(BigUint64Array.of(unlimited, unlimited).buffer)) === 0
}
