import type { ExperimentStore } from '../store/store.ts'
import { tableOf } from './table.ts'
import type { ExportTable } from './tables.ts'
import { csv, ndjson } from './text.ts'

export const exportFormats = ['csv', 'ndjson', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** A table as the bytes of a file, piece by piece. */
export async function* exportTable(store: ExperimentStore, name: ExportTable, format: ExportFormat): AsyncGenerator<Uint8Array> {
  const table = tableOf(store, name)
  if (format !== 'parquet') {
    yield* inPieces(format === 'csv' ? csv(table) : ndjson(table))
    return
  }
  // Only who wants it pays for loading it.
  const { parquet } = await import('./parquet.ts')
  yield* parquet(table, `ccdk ${store.runs().at(-1)?.ccdk ?? ''}`.trimEnd())
}

const pieceLength = 64 * 1024

function* inPieces(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < pieceLength) continue
    yield encoder.encode(piece)
    piece = ''
  }
  if (piece !== '') yield encoder.encode(piece)
}
