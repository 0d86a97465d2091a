import { readFileSync } from 'node:fs'

let addresses: Map<string, bigint> | undefined

/** The address of a symbol of the running kernel. The kernel tells them only to those it trusts; others read zeros. */
export function symbolAddress(name: string): bigint | undefined {
  addresses ??= parseSymbols(readFileSync('/proc/kallsyms', 'latin1'))
  return addresses.get(name)
}

/** Lines of `/proc/kallsyms`: address, kind, name, and the module in brackets if it is one's. The first of a name counts. */
export function parseSymbols(text: string): Map<string, bigint> {
  const found = new Map<string, bigint>()
  for (const [, address = '0', name = ''] of text.matchAll(/^([\da-f]+) \w (\S+)/gm)) {
    const value = BigInt(`0x${address}`)
    if (value !== 0n && !found.has(name)) found.set(name, value)
  }
  return found
}
