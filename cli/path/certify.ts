import { UsageError } from '../../src/errors/index.ts'
import { type Certificate, certifyPath, type Forwarding, openPath, type Tolerances } from '../../src/emulator/index.ts'
import { linkLines } from '../../src/spec/index.ts'
import { parseProbability, parseTime } from '../../src/units/index.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { certificateLines, subjectOf } from './certificate-words.ts'
import { pathFrom, type PathWords } from './options.ts'
import { fellBehind } from './words.ts'

export interface CertifyOptions extends PathWords {
  quick?: boolean
  within?: string[]
  with?: Forwarding
}

/** As for a gate of an experiment. */
const failed = 7

/** Makes a path, measures it, and says whether it is what was asked for: exit 7 when it is not, or when nobody can tell. */
export async function certify(spec: string | undefined, { quick = false, within = [], with: forwarding = 'emulator', ...words }: CertifyOptions, output: Output): Promise<void> {
  const wanted = pathFrom(spec, words)
  const tolerances = tolerancesOf(within)
  using ended = interruption(output.unread)
  const tell = (step: string): void => {
    ended.signal.throwIfAborted()
    if (output.verbose) output.note(step)
  }
  await using path = await openPath(wanted, { with: forwarding, tell })
  for (const line of linkLines([...path.links])) output.note(line)
  const certificate = await certifyPath(path, { quick, tolerances, tell })
  output.document({ certificate })
  for (const line of certificateLines(certificate, output)) output.print(line)
  output.note(keptUp(certificate))
  if (certificate.verdict === 'ok') return
  output.note(failure(certificate))
  output.exitCode = failed
}

function keptUp({ lapses }: Certificate): string {
  if (lapses === undefined) return 'the kernel does not tell whether it kept up'
  const behind = fellBehind({ lapses })
  return behind.length === 0 ? 'the emulator kept up' : `the emulator fell behind: ${behind.join('; ')}`
}

function failure({ verdict, findings }: Certificate): string {
  const named = findings.filter((finding) => finding.verdict === verdict).map(subjectOf).join(', ')
  return verdict === 'off' ? `the path is not what was asked for: ${named}` : `the measurement was disturbed, and nobody can tell: ${named}`
}

const readers: Readonly<Record<string, (text: string) => Partial<Tolerances>>> = {
  rate: (text) => ({ rate: parseProbability(text) }),
  delay: (text) => ({ delay: parseTime(text) }),
  p99: (text) => ({ delayP99: parseTime(text) }),
  confidence: (text) => ({ confidence: parseProbability(text) }),
}

/** `delay=100us` and the like. */
function tolerancesOf(within: readonly string[]): Partial<Tolerances> {
  const read = within.map((text) => {
    const [name = '', value] = text.split('=')
    const reader = readers[name]
    if (reader !== undefined && value !== undefined) return reader(value)
    throw new UsageError(`"${text}" is no tolerance`, { hint: 'rate=1%, delay=100us, p99=1ms or confidence=99.9%' })
  })
  return Object.assign({}, ...read)
}
