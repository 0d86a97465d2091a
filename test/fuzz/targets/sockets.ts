import { messages, zeroEnded } from '../../../src/kernel/net/netlink.ts'
import { Names } from '../../../src/sockets/diag/names.ts'
import { decodeSocket, readRow } from '../../../src/sockets/diag/row.ts'
import { SocketSample } from '../../../src/sockets/index.ts'
import { diagMessage, INET_DIAG_BBRINFO, INET_DIAG_CONG, INET_DIAG_INFO, INET_DIAG_SKMEMINFO } from '../../support/diag-message.ts'
import type { FuzzTarget } from '../case.ts'
import type { Field, Fields } from '../fields.ts'
import { edits } from '../mutate.ts'

/** Two messages of inet_diag with parts changed, as rows, objects and columns. */
export const sockets: FuzzTarget = {
  name: 'sockets',
  share: 1,
  make(random) {
    const message = diagMessage([
      [INET_DIAG_INFO, random.bytes(random.pick([232, 240, 248, 280]))],
      [INET_DIAG_SKMEMINFO, random.bytes(36)],
      [INET_DIAG_CONG, zeroEnded('bpf_cubic')],
      [INET_DIAG_BBRINFO, random.bytes(20)],
    ])
    const one = new Uint8Array(message.view.buffer)
    const bytes = Uint8Array.from([...one, ...one])
    // The headers of the messages, and of the first attribute behind the 72 bytes that all have.
    const attribute = 16 + 72
    const fields: Fields = new Map<string, Field[]>([
      ['lengths', [0, one.length].map((at) => ({ what: 'length', at, width: 4 }))],
      ['attributes', [0, 2, one.length, one.length + 2].map((at) => ({ what: 'attribute', at: attribute + at, width: 2 }))],
    ])
    return {
      from: 'two sockets',
      bytes,
      edits: edits(random, bytes, fields),
      run(damaged) {
        const names = new Names()
        const view = new DataView(damaged.slice().buffer)
        const rows = messages(view).map((found) => readRow(found, 1, names))
        for (const row of rows) decodeSocket(view, row, names.texts)
        const sample = new SocketSample({ startedAt: 0n, endedAt: 1n, view, rows, names: names.texts, info: true, memory: true })
        for (const name of ['inode', 'tcpi_snd_wnd', 'tcpi_accecn_opt_seen', 'drops'] as const) {
          const column = name === 'tcpi_accecn_opt_seen' ? sample.column(name) : sample.column(name)
          if (column !== undefined && column.length !== rows.length) throw new Error(`${name}: ${column.length} of ${rows.length}`)
        }
      },
    }
  },
}
