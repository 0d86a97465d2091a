import type { RunEvent } from '../../../src/experiment/index.ts'
import type { Output } from '../../output/output.ts'
import { lines } from './lines.ts'
import type { Watched } from './watched.ts'

/** Shows how a run gets on, until it is disposed of. */
export interface Progress extends Disposable {
  tell(event: RunEvent): void
}

/** On a terminal that somebody looks at it is drawn in place; elsewhere there is a line for each trial. */
export async function progressOf(watched: Watched, output: Output): Promise<Progress> {
  const { stderr } = process
  if (!stderr.isTTY || !output.tells || process.env['TERM'] === 'dumb') return lines(watched.spec, output)
  return (await import('./live.tsx')).live(watched, output)
}
