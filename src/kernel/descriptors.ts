import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** A descriptor that some process has open. */
export interface OpenDescriptor {
  pid: number
  /** What the kernel calls it: `socket:[INODE]`, `anon_inode:bpf-map`, a path. */
  what: string
  /** Lines of its `/proc/PID/fdinfo`; empty when it was closed meanwhile. */
  info: () => string
}

/** More than machines have in use, so that a scan ends. */
const mostDescriptors = 1_000_000

/**
 * The descriptors of all processes that this one may look at, of which a large machine has many: their links are read
 * one by one. Processes that end meanwhile, and those of others, are passed over.
 */
export function* openDescriptors(): Generator<OpenDescriptor> {
  let seen = 0
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      seen += 1
      if (seen > mostDescriptors) return
      const what = orElse(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')
      const info = (): string => orElse(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'), '')
      if (what !== '') yield { pid: Number(pid), what, info }
    }
  }
}

/**
 * What a process calls itself; empty when it has ended. Node calls all of its processes MainThread: of those it is the
 * program with its script, such as `node ccdk.js`.
 */
export function commandOf(pid: number): string {
  const name = orElse(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd(), '')
  return (name === 'MainThread' ? scriptOf(pid) || name : name).replaceAll(/\p{Cc}/gu, '?')
}

function scriptOf(pid: number): string {
  const [program = '', ...args] = orElse(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').split('\0')
  const script = args.find((arg) => arg !== '' && !arg.startsWith('-'))
  return [program, script ?? ''].map((path) => basename(path)).join(' ').trim()
}

const namesIn = (directory: string): string[] => orElse(() => readdirSync(directory), [])

/** Whatever cannot be read has ended, or is not for this user. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
