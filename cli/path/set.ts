import { UsageError } from '../../src/errors/index.ts'
import { askPath, listPaths, type PathDescription } from '../../src/emulator/index.ts'
import { linkLines } from '../../src/spec/index.ts'
import type { Output } from '../output/output.ts'
import type { LinkWords } from './options.ts'

export interface SetOptions extends LinkWords {
  delay?: string
  link?: number
  reverse?: true
}

/** Changes a path that is up, and tells how it is then. */
export async function set(which: string | undefined, options: SetOptions, output: Output): Promise<void> {
  const { rate, rtt, limit, loss, jitter, duplicate, delay, link, reverse } = options
  const { name } = choose(which, await listPaths())
  const change = { rate, rtt, limit, loss, jitter, duplicate, delay, link, reverse }
  const said: object = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const after = await askPath(name, { ask: 'set', change: said })
  if (after === undefined) throw new UsageError(`path "${name}" has ended meanwhile`)
  output.document({ path: after })
  for (const line of linkLines(after.links)) output.print(`${name}: ${line}`)
}

function choose(which: string | undefined, paths: readonly PathDescription[]): PathDescription {
  const [first, second] = which === undefined ? paths : paths.filter(({ name, pid }) => name === which || String(pid) === which)
  const names = paths.map(({ name }) => name).join(', ')
  if (first === undefined) {
    const what = which === undefined ? 'no path is up' : `no path "${which}" is up`
    throw new UsageError(what, { hint: names === '' ? 'ccdk path up makes one' : `there are ${names}` })
  }
  if (second !== undefined) throw new UsageError('several paths are up', { hint: `say which: ${names}` })
  return first
}
