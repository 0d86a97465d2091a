import { type Binary, openBinary, pathOf } from './binary.ts'
import { functionOffset, functionsOf } from './functions.ts'
import { fitsPattern } from './glob.ts'
import { given, type ProbeRequest, runsOnReturn } from './options.ts'
import type { ProbeAttachment } from './probe-attachment.ts'

const isPattern = (text: string): boolean => /[*?]/.test(text)

/** `kprobe.multi/PATTERN`, `kretprobe.multi/…` and `kprobe.session/…`, or names or addresses in the options. */
export function multiKprobeOf(request: ProbeRequest): ProbeAttachment {
  const { section, target, addresses, cookies, attachType, fail } = request
  const named = request.functions ?? (addresses === undefined ? target : [])
  const hint = `write SEC("${section}/PATTERN"), or pass functions or addresses`
  if (typeof named === 'string' && !/^[\w.*?]+$/.test(named)) fail(named === '' ? 'no functions are named' : `"${named}" is no pattern`, hint)
  const symbols = typeof named === 'string' ? [named] : named
  const count = symbols.length + (addresses?.length ?? 0)
  if (count === 0) fail('no functions are named', hint)
  if (symbols.length > 0 && addresses !== undefined) fail('both functions and addresses are given', 'pass one of them')
  const pattern = typeof named === 'string' && isPattern(named)
  if (pattern && cookies !== undefined) fail('cookies belong to single functions', 'pass the names as a list instead of a pattern')
  checkCount('cookies', cookies, count, fail)
  const functions = pattern ? { pattern: named } : addresses === undefined ? { symbols } : { addresses }
  return { way: 'kprobe_multi', functions, attachType, onReturn: runsOnReturn(request), ...given({ cookies }) }
}

/** `uprobe.multi/BINARY:PATTERN`, `uretprobe.multi/…` and `uprobe.session/…`, or names or places in the options. */
export function multiUprobeOf(request: ProbeRequest): ProbeAttachment {
  const { section, target, cookies, referenceCounters, pid, attachType, fail } = request
  const colon = target.lastIndexOf(':')
  const name = request.binary ?? target.slice(0, Math.max(colon, 0))
  const named = request.functions ?? (request.offsets === undefined && colon >= 0 ? target.slice(colon + 1) : [])
  const hint = `write SEC("${section}/BINARY:PATTERN"), or pass binary and functions or offsets`
  if (name === '') fail('no binary is named', hint)
  if (named.length === 0 && (request.offsets ?? []).length === 0) fail('no functions are named', hint)
  if (named.length > 0 && request.offsets !== undefined) fail('both functions and offsets are given', 'pass one of them')
  const { file, offsets } =
    request.offsets === undefined ? placesOf(openBinary(name, request), named, fail) : { file: pathOf(name, request), offsets: request.offsets }
  if (typeof named === 'string' && isPattern(named) && cookies !== undefined) {
    fail('cookies belong to single functions', 'pass the names as a list instead of a pattern')
  }
  checkCount('cookies', cookies, offsets.length, fail)
  checkCount('reference counters', referenceCounters, offsets.length, fail)
  const places = offsets.map((offset, at) => ({ offset, ...given({ cookie: cookies?.[at], referenceCounter: referenceCounters?.[at] }) }))
  return { way: 'uprobe_multi', file, places, attachType, onReturn: runsOnReturn(request), ...given({ pid }) }
}

function placesOf({ path, elf }: Binary, named: string | readonly string[], fail: ProbeRequest['fail']): { file: string; offsets: bigint[] } {
  const functions = functionsOf(elf)
  const wanted = typeof named === 'string' ? [named] : named
  if (typeof named !== 'string' || !isPattern(named)) {
    return { file: path, offsets: wanted.map((name) => functionOffset(elf, functions, name, fail)) }
  }
  const offsets = new Set(functions.filter(({ name }) => fitsPattern(name, named)).map(({ offset }) => offset))
  if (offsets.size === 0) fail(`${path} has no function that fits "${named}"`, 'see nm or readelf --symbols for its functions')
  return { file: path, offsets: [...offsets] }
}

function checkCount(what: string, list: readonly bigint[] | undefined, count: number, fail: ProbeRequest['fail']): void {
  if (list !== undefined && list.length !== count) fail(`${list.length} ${what} for ${count} places`, `pass one of the ${what} for each place`)
}
