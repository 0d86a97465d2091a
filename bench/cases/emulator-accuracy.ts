import { loadavg } from 'node:os'
import { type Certificate, certifyPath, openPath, type PlacedFinding } from '../../src/emulator/index.ts'
import { pathOf } from '../../src/spec/index.ts'

const rates = ['10mbit', '100mbit', '1gbit']
const delays = ['1ms', '10ms', '50ms']

/** How far the emulator is from what was asked for, as its own certificate measures it; and of a wire without an emulator. */
export async function emulatorAccuracy(): Promise<string> {
  const lines = [
    'The emulator against what was asked for: the worse of both directions',
    '  rate     delay    rate %   delay µs: median      p99   a bare wire: median   p99   late   verdict   load',
  ]
  for (const rate of rates) for (const delay of delays) lines.push(await line(rate, delay))
  return `${lines.join('\n')}\n`
}

async function line(rate: string, delay: string): Promise<string> {
  await using path = await openPath(pathOf({ rate, delay, queue: { limit: '1000p' }, reverse: { queue: { limit: '1000p' } } }))
  const certificate = await certifyPath(path)
  const { own, lapses, verdict } = certificate
  const [rateError, median, p99] = (['rate', 'delay', 'delay p99'] as const).map((subject) => worst(certificate, subject))
  const cells = [
    `  ${rate.padEnd(8)} ${delay.padEnd(6)}`,
    ((rateError ?? Number.NaN) * 100).toFixed(3).padStart(8),
    microseconds(median, 19),
    microseconds(p99, 8),
    microseconds(own.delay, 21),
    microseconds(own.delayP99, 5),
    String(lapses?.['late'] ?? 0).padStart(6),
    `  ${verdict.padEnd(9)}`,
    (loadavg()[0] ?? 0).toFixed(1),
  ]
  return cells.join(' ')
}

const worst = ({ findings }: Certificate, subject: PlacedFinding['subject']): number =>
  findings.filter((finding) => finding.subject === subject).reduce((most, { error }) => (Math.abs(error) > Math.abs(most) ? error : most), 0)

const microseconds = (ns: number | undefined, width: number): string => ((ns ?? Number.NaN) / 1e3).toFixed(1).padStart(width)
