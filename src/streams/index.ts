export { EventStream, type StreamOptions } from './event-stream.ts'
export {
  type EventOptions,
  openPerfBuffer,
  openRingBuffer,
  openUserRingBuffer,
  type PerfBufferOptions,
  type RingBufferOptions,
} from './open.ts'
export { UserRingBuffer } from './user-ring-buffer.ts'
