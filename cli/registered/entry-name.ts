import type { StructOpsEntry } from '../../src/structops/index.ts'

/**
 * What a person calls an algorithm: its name, or its map's where the struct has no name. Whoever registers it chooses
 * the name's bytes, so nothing in it may move the cursor of another's terminal.
 */
export const entryName = ({ name, map }: Pick<StructOpsEntry, 'name' | 'map'>): string =>
  (name ?? map).replaceAll(/\p{Cc}/gu, '?')
