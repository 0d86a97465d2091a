import type { ProbeResult, Schedule } from '../../../../src/emulator/certify/probes/protocol.ts'
import type { LinkOptions } from '../../../../src/link-model/index.ts'
import { through } from '../../link-model/traffic.ts'

/** When a sender that is never held up sends, ns. */
function timesOf(schedule: Schedule): Float64Array {
  if (schedule.kind === 'times') return schedule.at
  const { count, first, perSecond } = schedule
  return Float64Array.from({ length: count }, (_, number) => (number < first ? number : first + ((number + 1 - first) * 1e9) / perSecond))
}

/** What probes would find that pass a link in virtual time. `held` says how much later than planned each is sent. */
export function probed(
  link: LinkOptions,
  schedule: Schedule,
  { frame, ecn = 0, seed = 1, held = () => 0 }: { frame: number; ecn?: number; seed?: number; held?: (at: number) => number },
): ProbeResult {
  const sentAt = timesOf(schedule).map((at) => at + held(at))
  const { delivered } = through(
    link,
    Array.from(sentAt, (at) => ({ at, size: frame, ecn })),
    seed,
  )
  const arrivals = {
    number: Uint32Array.from(delivered, ({ number }) => number),
    at: Float64Array.from(delivered, ({ at }) => at),
    ecn: Uint8Array.from(delivered, (one) => one.ecn),
  }
  return { sentAt, arrivals, missed: 0, clockMoved: 0 }
}
