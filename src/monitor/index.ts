export {
  type AlgorithmView,
  type CaState,
  type FlowView,
  type HolderView,
  type Lack,
  type Looked,
  type MemberView,
  type MonitorEvent,
  type MonitorSource,
  type Snapshot,
  type SocketQuery,
  type SocketsView,
  type SocketView,
  type VariableView,
} from './snapshot.ts'
export { Monitor, type MonitorOptions } from './monitor.ts'
export { watch, type WatchOptions } from './watch.ts'
export { sortFields } from './filter/fields.ts'
export { parseFilter } from './filter/parse.ts'
export type { Recording } from './replay/recording.ts'
export type { Replay } from './replay/replay.ts'
export { RecordingWriter } from './recording/writer.ts'
export { prometheusText } from './prometheus.ts'
