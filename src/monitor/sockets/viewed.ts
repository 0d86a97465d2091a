import type { SocketView } from '../snapshot.ts'
import type { NumberField, SocketTable, TextField } from './table.ts'

/** Sockets that are objects already, such as those of a recording. */
export const tableOfViews = (views: readonly SocketView[]): SocketTable => ({
  length: views.length,
  numbers: (field) => (row) => {
    const view = views[row]
    return view === undefined ? Number.NaN : numberOf(view, field)
  },
  texts: (field) => (row) => {
    const view = views[row]
    return view === undefined ? '' : textOf(view, field)
  },
  views: (rows) => Array.from(rows).flatMap((row) => views[row] ?? []),
})

function numberOf(view: SocketView, field: NumberField): number {
  switch (field) {
    case 'localPort':
      return portOf(view.local)
    case 'remotePort':
      return portOf(view.remote)
    default:
      return Number(view[field] ?? Number.NaN)
  }
}

function textOf(view: SocketView, field: TextField): string {
  switch (field) {
    case 'localAddress':
      return addressOf(view.local)
    case 'remoteAddress':
      return addressOf(view.remote)
    default:
      return view[field] ?? ''
  }
}

const portOf = (end: string): number => Number(end.slice(end.lastIndexOf(':') + 1))
const addressOf = (end: string): string => end.slice(0, end.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
