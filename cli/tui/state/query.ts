import type { SocketQuery } from '../../../src/monitor/index.ts'
import type { Area } from '../screen/panel.ts'
import { bodyOf } from '../views/frame.ts'
import { socketsHeight } from '../views/sockets.ts'
import type { Ui } from './ui.ts'

/** Where sockets are only counted, they are listed about once a second: the kernel goes through all of its table for that. */
const seldom = 900

/** The window of the sockets that the view needs: none where none are shown. */
export function socketQuery({ view, sockets, cookie }: Ui, size: Area): SocketQuery {
  if (view === 'flow' && cookie !== null) return { filter: `cookie=${cookie}`, count: 1, maxAgeMs: seldom }
  if (view !== 'sockets') return { count: 1, maxAgeMs: seldom }
  const { filter, sorting, from } = sockets
  return {
    from,
    count: Math.max(1, socketsHeight(bodyOf(size))),
    ...(filter === '' ? {} : { filter }),
    ...(sorting === null ? {} : { sort: sorting.key, reverse: sorting.reverse }),
  }
}
