import type { PathLink } from '../../spec/index.ts'
import type { PathStatistics } from '../statistics.ts'

/** What can be certified: hosts, in segments, that are joined by links. */
export interface Certifiable {
  hosts: readonly { segment: number; ipv4: string; host: { pid: number } }[]
  links: readonly PathLink[]
  mtu: number
  statistics(): Promise<Pick<PathStatistics, 'lapses' | 'links'>>
}
