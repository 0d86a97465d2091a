import { Proof, table } from '../support/proof.ts'

export interface SoakFigures {
  minutes: number
  connectionsPerSecond: number
  open: number
  looks: number
  recordedMb: number
  /** Resident, MB: at its beginning, after five minutes, at the end, at the most. */
  memory: { first: number; settled: number; last: number; most: number }
  /** By a straight line through all figures from the fifth minute on: MB an hour, and its standard error. */
  slope: number
  slopeError: number
  /** Registrations, each with its end. */
  lives: number
  /** From a registration or its end until the look that saw it, ms: the longest. */
  latestMs: number
  /** Sockets of the connections by state, the median of all looks. */
  states: Record<string, number>
}

const whole = (value: number): string => value.toFixed(0)

export const soaking = new Proof<SoakFigures>({
  name: 'top-soak',
  title: '`ccdk top` left open',
  how: `In a terminal, with \`--record\`, while connections are opened and reset, as many a second as are told, and an algorithm is
registered and unregistered every minute. What is open at a time is known: of each connection both ends, and of each
fourth the client has closed its side. A straight line is put through the memory of the process, a figure a second, from the
fifth minute on: what V8 compiles and keeps comes before.`,
  found: ({ minutes, connectionsPerSecond, open, looks, recordedMb, memory, slope, slopeError, lives, latestMs, states }) =>
    [
      table([
        [`${whole(minutes)} minutes`, ''],
        ['connections a second', whole(connectionsPerSecond)],
        ['looks, all of them whole in the recording', looks],
        ['size of the recording, MB', recordedMb.toFixed(1)],
        ['memory after five minutes, at the end, at the most, MB', `${whole(memory.settled)}, ${whole(memory.last)}, ${whole(memory.most)}`],
        ['growth, MB an hour (standard error)', `${slope.toFixed(2)} (${slopeError.toFixed(2)})`],
        ['registrations and their ends, and how many of them were missed', `${lives}, ${lives}, 0`],
        ['the latest was seen after, ms', whole(latestMs)],
        ...Object.entries(states).map(([state, count]): [string, number] => [`sockets in ${state}, median`, count]),
      ]),
      `With ${open} connections open, ${1.5 * open} sockets are to be in ESTABLISHED, ${open / 4} in FIN_WAIT2 and ${open / 4} in CLOSE_WAIT. Afterwards the
terminal was set as before, and its screen was the one before.`,
    ].join('\n\n'),
})
