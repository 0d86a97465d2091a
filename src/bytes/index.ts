export { Cursor } from './cursor.ts'
export { decodeText, zeroTerminated } from './text.ts'
