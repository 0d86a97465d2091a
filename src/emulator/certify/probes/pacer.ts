import type { Schedule } from './protocol.ts'

/** Says how many probes are due, and when the next one is. Times are ns of the caller's clock. */
export interface Pacer {
  due(sent: number, now: number): number
  next(sent: number): number
}

export const countOf = (schedule: Schedule): number => (schedule.kind === 'times' ? schedule.at.length : schedule.count)

export function pacerOf(schedule: Schedule, start: number): Pacer {
  return schedule.kind === 'times' ? timetable(schedule.at, start) : evenly(schedule, start)
}

function timetable(at: Float64Array, start: number): Pacer {
  const next = (sent: number): number => start + (at[sent] ?? Infinity)
  return {
    due(sent, now) {
      let due = 0
      while (next(sent + due) <= now) due += 1
      return due
    },
    next,
  }
}

function evenly({ count, perSecond, first, burst }: Extract<Schedule, { kind: 'paced' }>, start: number): Pacer {
  const interval = 1e9 / perSecond
  let origin = start
  return {
    due(sent, now) {
      const wanted = Math.min(count, first + Math.floor((now - origin) / interval))
      const due = wanted - sent
      if (sent < first || due <= burst) return Math.max(0, due)
      // So much later than it was meant to be, all that follows is.
      origin += (due - burst) * interval
      return burst
    },
    next: (sent) => (sent < first ? origin : origin + (sent + 1 - first) * interval),
  }
}
