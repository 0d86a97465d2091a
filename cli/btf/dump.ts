import { setFlagsFromString } from 'node:v8'
import { nearestName } from '../../src/btf-match/index.ts'
import { type Btf, dumpHeader, rawText } from '../../src/btf/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { readBtf } from '../files/read-btf.ts'
import type { Output } from '../output/output.ts'

export interface DumpOptions {
  type?: string[]
  base?: string
  format: 'c' | 'json' | 'raw'
}

/** Prints types, all that a file has or some of them by their names. */
export async function dump(file: string, options: DumpOptions, output: Output): Promise<void> {
  // So short a run ends before code that V8 optimizes has paid for itself: without, it takes three quarters of the time.
  setFlagsFromString('--no-opt')
  // Here already, as an error is to be told in JSON too.
  if (options.format === 'json') output.json = true
  const base = options.base === undefined ? undefined : await readBtf(options.base)
  const btf = await readBtf(file, base)
  const ids = options.type?.flatMap((name) => idsOf(btf, name))
  if (output.json) {
    output.document({ file, types: (ids ?? ownIds(btf)).map((id) => btf.type(id)) })
  } else if (options.format === 'raw') {
    output.print((ids ?? ownIds(btf)).map((id) => rawText(btf, id)).join('\n'))
  } else {
    // Functions and variables are no types in C.
    output.print(dumpHeader(btf, ids?.filter((id) => !['func', 'var', 'datasec', 'decl_tag'].includes(btf.kind(id)))).trimEnd())
  }
}

const ownIds = (btf: Btf): number[] => Array.from({ length: btf.endId - btf.firstId }, (_, index) => btf.firstId + index)

function idsOf(btf: Btf, name: string): number[] {
  for (let part: Btf | undefined = btf; part !== undefined; part = part.base) {
    const ids = [...part.named(name)]
    if (ids.length > 0) return ids
  }
  const nearest = nearestName(name, ownIds(btf).map((id) => btf.name(id)))
  throw new UsageError(`${btf.file} has no type "${name}"`, nearest === null ? {} : { hint: `did you mean "${nearest}"?` })
}
