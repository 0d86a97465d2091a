export { causeOf } from './cause-of.ts'
export { Host, type HostAddresses, type HostOptions, type ServeOptions } from './host.ts'
export { Program, type ProgramOptions } from './program.ts'
export type { ConnectionFacts, FlowFacts, ProgramEnd } from './protocol.ts'
export { Service } from './service.ts'
export { percentile, type RttSummary, summarize } from './statistics.ts'
export { createTestbed, joinHosts, type LinkOptions, startHost, type Testbed, type TestbedOptions } from './testbed.ts'
export {
  type FlowResult,
  type FlowSample,
  Transfer,
  type TransferOptions,
  type TransferResult,
  type TransferSample,
} from './transfer.ts'
