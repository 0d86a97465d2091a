import type { Replay } from '../../../src/monitor/index.ts'
import type { CommandName } from '../keys/table.ts'

/** The snapshot that a key leads to from where a replay stands; null where there is none. */
export function seekTarget(command: CommandName, replay: Replay): number | null {
  switch (command) {
    case 'begin':
      return 0
    case 'end':
      return replay.length - 1
    case 'rewind':
      return inTime(replay, -1000)
    case 'forward':
      return inTime(replay, 1000)
    case 'rewindFar':
      return inTime(replay, -10_000)
    case 'forwardFar':
      return inTime(replay, 10_000)
    case 'previousEvent':
      return event(replay, -1)
    case 'nextEvent':
      return event(replay, 1)
    default:
      return null
  }
}

/** ms from the snapshot that is shown to the next one; 0 where that cannot be known. */
export function gapOf(replay: Replay): number {
  const [now, next] = [timeOf(replay, replay.position), timeOf(replay, replay.position + 1)]
  return now === null || next === null ? 0 : Math.max(0, next - now)
}

/** ms since the epoch. */
export function timeOf(replay: Replay, index: number): number | null {
  const past = replay.past(index)
  return past === null ? null : Date.parse(past.time)
}

/** The first snapshot that is so many ms away, or the one at the end. */
function inTime(replay: Replay, ms: number): number {
  const step = Math.sign(ms)
  const from = timeOf(replay, replay.position)
  let index = replay.position
  while (index + step >= 0 && index + step < replay.length) {
    index += step
    const time = timeOf(replay, index)
    if (from !== null && time !== null && (time - from) * step >= Math.abs(ms)) break
  }
  return Math.max(0, index)
}

/** References change all the time: that is none. */
function event(replay: Replay, step: 1 | -1): number | null {
  for (let index = replay.position + step; index >= 0 && index < replay.length; index += step) {
    if (replay.past(index)?.events.some(({ kind }) => kind !== 'refcnt') === true) return index
  }
  return null
}
