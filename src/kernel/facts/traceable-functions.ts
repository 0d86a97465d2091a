import { readFileSync } from 'node:fs'
import { UnsupportedKernelError, UsageError } from '../../errors/index.ts'
import { fitsPattern } from '../../loader/index.ts'

const directories = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/** The addresses of the kernel's functions that can be traced and whose names fit a pattern, each once. */
export function traceableFunctions(pattern: string): bigint[] {
  const withAddresses = read('available_filter_functions_addrs')
  // Kernels before 6.5 tell the names alone; the addresses are then those of all symbols.
  const names = withAddresses === undefined ? read('available_filter_functions') : undefined
  if (withAddresses === undefined && names === undefined) {
    throw new UnsupportedKernelError({
      feature: 'list of functions that can be traced',
      config: 'CONFIG_FUNCTION_TRACER',
      hint: 'if the file system is not mounted: mount -t tracefs tracefs /sys/kernel/tracing',
    })
  }
  const found =
    withAddresses === undefined
      ? matchingSymbols(readFileSync('/proc/kallsyms', 'latin1'), namesIn(names ?? ''), pattern)
      : matchingAddresses(withAddresses, pattern)
  if (found.length === 0) {
    throw new UsageError(`the kernel has no function that fits "${pattern}" and can be traced`, {
      hint: 'see /sys/kernel/tracing/available_filter_functions; it takes CAP_SYSLOG to see addresses',
    })
  }
  return found
}

/** Lines of `available_filter_functions_addrs`: `ffffffff81000000 name`, and a module in brackets if it is one's. */
export function matchingAddresses(text: string, pattern: string): bigint[] {
  const found = new Set<bigint>()
  for (const [, address, name = ''] of text.matchAll(/^([\da-f]+) (\S+)/gm)) {
    if (fitsPattern(name, pattern)) found.add(BigInt(`0x${address}`))
  }
  return [...found].filter((address) => address !== 0n)
}

/** Names without addresses: `name`, and a module in brackets if it is one's. */
const namesIn = (text: string): Set<string> => new Set([...text.matchAll(/^(\S+)/gm)].map(([name]) => name))

/** Lines of `/proc/kallsyms`. A name that several functions have is left out: which of them can be traced is not said. */
export function matchingSymbols(kallsyms: string, traceable: ReadonlySet<string>, pattern: string): bigint[] {
  const found = new Map<string, bigint[]>()
  for (const [, address, name = ''] of kallsyms.matchAll(/^([\da-f]+) [tTwW] (\S+)/gm)) {
    if (!traceable.has(name) || !fitsPattern(name, pattern)) continue
    found.set(name, [...(found.get(name) ?? []), BigInt(`0x${address}`)])
  }
  return [...found.values()].flatMap(([address = 0n, ...others]) => (others.length > 0 || address === 0n ? [] : [address]))
}

function read(name: string): string | undefined {
  for (const directory of directories) {
    try {
      return readFileSync(`${directory}/${name}`, 'latin1')
    } catch {
      // It may be mounted at the other place, or not be there.
    }
  }
  return undefined
}
