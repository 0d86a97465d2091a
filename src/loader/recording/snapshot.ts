import { ProbeLinks } from '../probes/probe-links.ts'
import { RecordedHandle } from './handle.ts'

/** A copy of a call's arguments: bytes may be changed by the caller afterwards. `seen` is told of each handle. */
export function snapshot<T>(value: T, seen: (handle: unknown) => void): T
// A signature of its own: the compiler cannot see that a copy has the type of what is copied.
export function snapshot(value: unknown, seen: (handle: unknown) => void): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array || value instanceof Uint32Array) return value.slice()
  if (value instanceof RecordedHandle || Symbol.dispose in value) {
    seen(value)
    return value instanceof ProbeLinks ? value.only : value
  }
  if (Array.isArray(value)) return value.map((part: unknown) => snapshot(part, seen))
  return Object.fromEntries(Object.entries(value).map(([key, part]: [string, unknown]) => [key, snapshot(part, seen)]))
}
