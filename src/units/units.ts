import { quantity } from './quantity.ts'

const prefixes = ['', 'k', 'm', 'g', 't']

/** bit/s. `kbit` is 1000 bit/s, as everywhere in networks; `B` and `bps`, which some take for bytes, are none. */
export const rate = quantity({
  id: 'rate',
  noun: 'a rate',
  example: '100mbit, 1.5gbit or 64000 (bit/s)',
  units: {
    '': [0],
    ...Object.fromEntries(
      prefixes.flatMap((prefix, index) =>
        [prefix, prefix.toUpperCase()].flatMap((each) => [`${each}bit`, `${each}bit/s`, `${each}b/s`].map((name) => [name, [3 * index]])),
      ),
    ),
  },
  printed: ['tbit', 'gbit', 'mbit', 'kbit', 'bit'],
})

/** ns. A number alone is none, but 0. */
export const time = quantity({
  id: 'time',
  noun: 'a time',
  example: '20ms, 1.5s, 300us or 50ns',
  units: { ns: [0], us: [3], µs: [3], ms: [6], s: [9], min: [9, 60] },
  printed: ['s', 'ms', 'us', 'ns'],
})

/** Bytes. `kb` is 1000 of them and `kib` is 1024; `tc` of iproute2 takes `kb` for 1024. */
export const bytes = quantity({
  id: 'bytes',
  noun: 'a number of bytes',
  example: '1500, 64kb (64,000 bytes) or 64kib (65,536)',
  units: {
    '': [0],
    b: [0],
    ...Object.fromEntries(['k', 'm', 'g'].flatMap((prefix, index) => unitsOfBytes(prefix, index + 1))),
  },
  printed: ['gb', 'mb', 'kb', 'b'],
})

/** From 0 to 1. */
export const probability = quantity({
  id: 'probability',
  noun: 'a probability',
  example: '1%, 0.001 or 1e-4',
  units: { '': [0], '%': [-2] },
  printed: ['%', ''],
  most: 1,
})

const packets = quantity({ id: 'packets', noun: 'packets', example: '20p', units: { p: [0] }, printed: ['p'] })
const bdp = quantity({ id: 'bdp', noun: 'bandwidth × delay', example: '1bdp', units: { bdp: [0] }, printed: ['bdp'] })

function unitsOfBytes(prefix: string, power: number): [string, readonly [number, number?]][] {
  const upper = prefix.toUpperCase()
  return [
    ...[`${prefix}b`, `${prefix}B`, `${upper}B`].map((name): [string, readonly [number]] => [name, [3 * power]]),
    ...[`${prefix}ib`, `${upper}iB`].map((name): [string, readonly [number, number]] => [name, [0, 1024 ** power]]),
  ]
}

export const parseRate = rate.parse
export const formatRate = rate.format
export const parseTime = time.parse
export const formatTime = time.format
export const parseBytes = bytes.parse
export const formatBytes = bytes.format
export const parseProbability = probability.parse
export const formatProbability = probability.format
export { bdp, packets }
