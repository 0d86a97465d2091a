import type { Looked, Snapshot } from '../../../src/monitor/index.ts'

/** What the monitor can do to the machine. Each answers what it did, in a line for the person, or throws. */
export interface Actions {
  /** Registers what an object file has; links live as long as this process. */
  register(file: string): string
  /** Puts what an object has in the place of a registered map, at once. */
  replace(file: string, mapId: number): string
  unregister(mapId: number): Promise<string>
  /** A value as C or `ccdk register --set` writes it. */
  setVariable(mapId: number, name: string, text: string): string
  /** Has the kernel count runs of BPF programs, or no longer. */
  statistics(on: boolean): string
  /** Writes what is seen to a file, or with null ends that. */
  record(file: string | null): string
  /** Whether a recording to this file would replace something. */
  isThere(file: string): boolean
  /** Each snapshot while something is recorded, with what was looked at besides. */
  seen(snapshot: Snapshot, looked: Looked): void
  /** Names of what would end with this process. */
  held(): readonly string[]
}
