export { EventStream, type StreamOptions } from './event-stream.ts'
export {
  type EventOptions,
  openPerfBuffer,
  openRingBuffer,
  openRingBufferSource,
  openUserRingBuffer,
  type PerfBufferOptions,
  type RingBufferOptions,
} from './open.ts'
export type { Decoder, Source } from './source.ts'
export { UserRingBuffer } from './user-ring-buffer.ts'
