import { renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nearestName } from '../../src/btf-match/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { type ExportFormat, exportTable, exportTables, type ExportTable, ExperimentStore, isExportTable } from '../../src/experiment/index.ts'
import { makeDirectories } from '../../src/kernel/index.ts'
import { reasonOf } from '../errors/reason-of.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'

export interface ExportOptions {
  format: ExportFormat
  table?: string[]
  output: string
  /** Whether `output` was said. */
  isGiven: boolean
}

/** Writes tables of an experiment as files, or one of them to stdout. */
export async function exportExperiment(directory: string, { format, table, output: given, isGiven }: ExportOptions, output: Output): Promise<void> {
  const names = table === undefined ? Object.keys(exportTables).filter(isExportTable) : table.map(tableNamed)
  const [only] = names
  using store = ExperimentStore.open(directory)
  using ended = interruption(output.unread)
  if (names.length === 1 && only !== undefined && !isGiven && !output.json) {
    await toStdout(exportTable(store, only, format), ended.signal, format, output)
    return
  }
  const target = isGiven ? given : join(store.directory, 'export')
  const files = names.map((name) => ({ table: name, file: join(target, `${name}.${format}`) }))
  makeDirectory(target)
  for (const { table: name, file } of files) await writeFile(file, exportTable(store, name, format), ended.signal)
  output.document({ files })
  for (const { file } of files) output.print(file)
}

function tableNamed(name: string): ExportTable {
  if (isExportTable(name)) return name
  const names = Object.keys(exportTables)
  const nearest = nearestName(name, names)
  throw new UsageError(`there is no table "${name}"`, { hint: `${nearest === null ? '' : `did you mean ${nearest}? `}there are ${names.join(', ')}` })
}

async function toStdout(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal, format: ExportFormat, output: Output): Promise<void> {
  if (format === 'parquet' && process.stdout.isTTY) throw new UsageError('Parquet is nothing for a terminal', { hint: 'name a directory with -o, or send it to a file' })
  for await (const piece of pieces) {
    signal.throwIfAborted()
    process.stdout.write(piece)
    await output.drained(signal)
  }
  signal.throwIfAborted()
}

function makeDirectory(path: string): void {
  try {
    makeDirectories(resolve(path))
  } catch (cause) {
    throw new UsageError(`cannot make ${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** Whoever looks meanwhile sees the old file or the new one; what fails leaves nothing. */
async function writeFile(path: string, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  try {
    await using file = await open(unfinished, 'wx')
    for await (const piece of pieces) {
      signal.throwIfAborted()
      await file.writeFile(piece)
    }
    renameSync(unfinished, path)
  } catch (cause) {
    rmSync(unfinished, { force: true })
    if (!(cause instanceof Error) || !('syscall' in cause) || 'errcode' in cause) throw cause
    throw new UsageError(`cannot write ${path}: ${reasonOf(cause)}`, { cause })
  }
}
