import { setFlagsFromString } from 'node:v8'

/**
 * A monitor that is left open leaves the memory to what it watches: what starting and each look throw away would have V8
 * grow its young generation by some 20 MB, and it seldom gives that back. To be called before anything large is loaded.
 */
export function leaveMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
