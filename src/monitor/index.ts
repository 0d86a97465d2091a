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
export { Recording } from './recording/recording.ts'
export { Replay } from './recording/replay.ts'
export { RecordingWriter } from './recording/writer.ts'
export { prometheusText } from './prometheus.ts'
