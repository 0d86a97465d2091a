import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** By then what starting needs is there, and what it threw away is garbage. */
const startedMs = 2000

/**
 * A monitor that is left open leaves the memory to what it watches. Left alone, V8 grows its young generation by some
 * 20 MB for what each look throws away, and looks at the old one first when that has grown by some 200 MB. So the young
 * one stays small, and the old one may grow by half of what was needed at the last collection, of which there has to be
 * a first one for that to hold. To be called before anything large is loaded.
 */
export function leaveMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  setTimeout(collect, startedMs).unref()
}
