import { readFileSync } from 'node:fs'

// ABI: CAP_SYS_ADMIN, linux/capability.h.
const CAP_SYS_ADMIN = 21n

/**
 * Whether the process has CAP_SYS_ADMIN outside of any container's user namespace, which stands for every capability
 * that bpf(2) asks for. What is refused then is refused to everybody.
 */
export function isPrivileged(): boolean {
  try {
    const [, mask = '0'] = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    // ABI: user_namespaces(7): the first namespace maps all 2^32 - 1 users to themselves.
    const isFirst = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'))
    return isFirst && ((BigInt(`0x${mask}`) >> CAP_SYS_ADMIN) & 1n) === 1n
  } catch {
    return false
  }
}
