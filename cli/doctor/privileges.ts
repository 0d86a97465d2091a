import { readFileSync } from 'node:fs'
import { type Finding, no, yes } from './finding.ts'

/** What the finding about capabilities is called. */
export const privileges = 'privileges'

// ABI: capability numbers, linux/capability.h.
const capabilities = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_PERFMON: 38, CAP_BPF: 39 } as const

/** Those of what ccdk needs that this process does not have. */
export function missingCapabilities(): string[] {
  const [, mask = '0'] = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const held = BigInt(`0x${mask}`)
  return Object.entries(capabilities).flatMap(([name, bit]) => ((held >> BigInt(bit)) & 1n ? [] : [name]))
}

export function rootFinding(): Finding {
  const what = privileges
  const missing = missingCapabilities()
  return missing.length === 0
    ? yes(what, Object.keys(capabilities).join(', '), true)
    : no(what, `missing: ${missing.join(', ')}`, 'run as root; ccdk check needs no privileges', true)
}
