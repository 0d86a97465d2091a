export { Cursor } from './cursor.ts'
export { decodeText, longestName, zeroTerminated } from './text.ts'
