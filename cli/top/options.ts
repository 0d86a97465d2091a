import type { ViewName } from '../tui/keys/table.ts'
import { UsageError } from '../../src/errors/index.ts'
import { parseFilter, type SocketQuery, sortFields } from '../../src/monitor/index.ts'
import type { Place } from './serve.ts'
import { parseTime } from '../../src/units/index.ts'

export interface TopOptions {
  watch?: boolean
  period: number
  count?: number
  filter?: string
  sort?: string
  reverse?: boolean
  limit?: number
  netns?: string[]
  view?: ViewName
  readonly?: boolean
  record?: string
  replay?: string
  prometheus?: Place
}

// Sooner nothing can be seen, and later nobody waits.
const [least, most] = ['20ms', '60min']

/** How long from one look to the next, ms. */
export function period(text: string): number {
  const ms = parseTime(text) / 1e6
  if (ms >= parseTime(least) / 1e6 && ms <= parseTime(most) / 1e6) return ms
  throw new UsageError(`--period: from ${least} to ${most}, not ${text}`)
}

/** Which sockets are shown. Throws a `UsageError` for a filter that cannot be read. */
export function queryOf({ filter = '', sort, reverse = false, limit }: TopOptions): SocketQuery {
  if (filter.trim() !== '') parseFilter(filter)
  const by = sort === undefined ? undefined : Object.hasOwn(sortFields, sort) ? sortFields[sort] : undefined
  if (sort !== undefined && by === undefined) {
    throw new UsageError(`--sort: sockets have no "${sort}"`, { hint: `they have ${Object.keys(sortFields).join(', ')}` })
  }
  return { filter, reverse, ...(by === undefined ? {} : { sort: by }), ...(limit === undefined ? {} : { count: limit }) }
}
