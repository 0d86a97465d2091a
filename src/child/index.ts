export { isReplyTo, type Reply, type Request } from './calls.ts'
export { Channel } from './channel.ts'
export { type ErrorFacts, errorFacts, errorFromFacts } from './error-facts.ts'
export { serveCalls, tell } from './serve-calls.ts'
