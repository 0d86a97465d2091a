import type { ErrorFacts } from '../../child/index.ts'
import type { LinkOptions } from '../../link-model/index.ts'
import type { PathChange } from '../change.ts'
import type { Forwarding } from '../middle.ts'
import type { PathStatistics } from '../statistics.ts'
import type { Role } from '../topology/plan.ts'

/** What another process asks of a path: a line of JSON each, and one for the answer. */
export type ControlRequest = { ask: 'describe' } | { ask: 'set'; change: PathChange }

export type ControlReply = { value: PathDescription } | { error: ErrorFacts }

/** A path that is up. */
export interface PathDescription {
  name: string
  pid: number
  /** ms since 1970. */
  since: number
  hosts: { name: string; role: Role; pid: number; ipv4: string; ipv6: string }[]
  /** As they are now; of a trace only the name. */
  links: { right: LinkOptions; left: LinkOptions }[]
  /** What forwards; the emulator tells more of itself than netem. */
  with: Forwarding
  statistics: PathStatistics
}
