export { Recording } from './recording.ts'
export { Replay } from './replay.ts'
