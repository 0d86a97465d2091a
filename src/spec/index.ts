export { type Checked, checkValue, readDocument, readValue, type Source } from './document/document.ts'
export { exactlyOne } from './document/exactly-one.ts'
export type { Key } from './document/nodes.ts'
export { strict } from './document/strict.ts'
export type { Context } from './path/context.ts'
export type { PathLink } from './path/link.ts'
export { filesBeside, pathOf, readPath } from './path/read.ts'
export { type ResolvedPath, resolvePath } from './path/resolve.ts'
export { pathDocument, type PathInput, pathSchema, type PathSpec } from './path/schema.ts'
export { linkLines } from './path/words.ts'
export { quantity } from './units/quantity.ts'
export { formatSize, parseSize, type Size } from './units/size.ts'
export {
  bytes,
  formatBytes,
  formatProbability,
  formatRate,
  formatTime,
  parseBytes,
  parseProbability,
  parseRate,
  parseTime,
  rate,
  time,
} from './units/units.ts'
