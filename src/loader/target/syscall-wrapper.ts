import type { KernelFacts } from './kernel-facts.ts'

// The architectures that wrap their system calls, and what they put before the names.
const prefix: Partial<Record<NodeJS.Architecture, string>> = { x64: '__x64_', arm64: '__arm64_', riscv64: '__riscv_', s390x: '__s390x_' }

/** Whether system calls have functions that take all their arguments in one struct. */
export function wrapsSyscalls(facts: KernelFacts): boolean {
  const wrapped = `${prefix[process.arch] ?? '__se_'}sys_bpf`
  return facts.kernelBtf().find(wrapped, 'func') !== undefined || facts.symbolAddress(wrapped) !== undefined
}

/** The function that a system call enters: `__x64_sys_openat`. */
export const syscallFunction = (facts: KernelFacts, name: string): string =>
  `${wrapsSyscalls(facts) ? (prefix[process.arch] ?? '__se_') : '__se_'}sys_${name}`
