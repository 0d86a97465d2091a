import { Recording, Replay } from '../../../src/monitor/replay/index.ts'
import { encodeRecord, headline } from '../../../src/monitor/recording/format.ts'
import { algorithmView, snapshot } from '../../support/snapshot.ts'
import { socketView } from '../../support/socket-view.ts'
import type { FuzzTarget } from '../case.ts'
import type { Field } from '../fields.ts'
import { edits } from '../mutate.ts'

const texts = [0, 1].map((cwnd) => {
  const head = snapshot({
    algorithms: [algorithmView({ links: [{ id: 3, pins: ['/sys/fs/bpf/a'] }], holders: [{ pid: 1, command: 'c', what: 'link' }] })],
    sockets: { total: 2, matching: 2, from: 0, rows: [] },
    events: [{ at: '2026-01-01T00:00:00.000Z', kind: 'state', mapId: 7, name: 'x', text: 'y' }],
  })
  const looked = { variables: [{ mapId: 7, values: [] }], flows: [{ cookie: '1', time: [cwnd], cwnd: [1], ssthresh: [null], srttUs: [2], deliveryRate: [3], pacingRate: [4], inFlight: [5], dropped: 0 }] }
  const rows = [socketView({ cwnd }), socketView({ cookie: '2', local: '[::1]:2', family: 'ipv6' })]
  return Buffer.from(`${JSON.stringify({ ...head, looked })}\n${JSON.stringify(rows)}`)
})

function recordingOf([first = new Uint8Array(), ...others]: readonly Uint8Array[]): Buffer {
  const { record, check } = encodeRecord(first)
  return Buffer.concat([headline, record, ...others.map((text) => encodeRecord(text, { check, text: first }).record)])
}

function read(bytes: Uint8Array): void {
  using replay = new Replay(new Recording(bytes, 'fuzz'))
  replay.flow('1')
  for (let index = 0; index < replay.length; index += 1) replay.look({ filter: 'port=2 or srtt>1ms and ca=open', sort: 'local' })
  replay.flow('1')
  replay.variables(7)
}

/** Recordings with damage, and whole ones of snapshots that are none. */
export const recordings: FuzzTarget = {
  name: 'recordings',
  share: 1,
  make(random) {
    const isWhole = random.once(2)
    const bytes = Uint8Array.from(isWhole ? (texts[0] ?? []) : recordingOf(texts))
    const fields = Array.from(bytes.keys(), (at): Field => ({ what: 'byte', at, width: 1 }))
    return {
      from: isWhole ? 'a snapshot that is recorded' : 'a recording',
      bytes,
      edits: random.once(20) ? [] : edits(random, bytes, new Map([['bytes', fields]])),
      run: (damaged) => read(isWhole ? recordingOf([damaged]) : damaged),
    }
  },
}
