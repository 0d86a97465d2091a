import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandPath } from '../support/commands.ts'
import { ProcessGroup, killMarked, markFor, markVariable } from './processes.ts'
import { parseRecord, recordVariable } from './record.ts'
import { type Verdict, judge } from './verdict.ts'

export interface RunOptions {
  file: string
  limitMs: number
  strict: boolean
}

export interface FileRun extends Verdict {
  /** The end of what the process printed, stdout and stderr in the order they were written. */
  output: string
  durationMs: number
}

/** What is kept of a file's output, from its end. */
const maxOutputBytes = 1 << 20

/** Hundreds of processes begin with the same sources: what was compiled once is compiled no more. */
const compiled = join(import.meta.dirname, '../../node_modules/.cache/ccdk-compiled')

const preload = new URL('preload.ts', import.meta.url).href

/** Runs one test file in a process group of its own and judges it. */
export async function runFile({ file, limitMs, strict }: RunOptions): Promise<FileRun> {
  const id = randomUUID()
  const directory = await mkdtemp(join(tmpdir(), 'ccdk-gate-'))
  const recordPath = join(directory, 'record')
  const outputPath = join(directory, 'output')
  await writeFile(recordPath, '')
  // A file and not a pipe: a daemon that a test leaves behind would hold the pipe open, and the gate would wait for it.
  const output = openSync(outputPath, 'a')
  const started = performance.now()
  try {
    const subprocess = spawn(process.execPath, ['--import', preload, file], {
      stdio: ['ignore', output, output],
      env: {
        NODE_COMPILE_CACHE: compiled,
        ...process.env,
        [recordVariable]: recordPath,
        [markVariable]: markFor(id),
        PATH: commandPath().join(':'),
      },
      // It leads a process group of its own, which can be killed as a whole.
      detached: true,
    })
    const exceededMs = (await endsWithin(limitMs, subprocess)) ? undefined : limitMs
    const durationMs = performance.now() - started

    const leftovers = await killMarked(id)
    const events = parseRecord(await readFile(recordPath, 'utf8'))
    const { exitCode, signalCode } = subprocess
    const ending = { exitCode, signal: signalCode, exceededMs, leftovers }
    return { ...judge(events, ending, strict), output: await readTail(outputPath), durationMs }
  } finally {
    closeSync(output)
    await rm(directory, { recursive: true })
  }
}

/** Waits for the end of a process, which comes by force when the time is up. */
async function endsWithin(limitMs: number, subprocess: ChildProcess): Promise<boolean> {
  using group = new ProcessGroup(subprocess.pid)
  let inTime = true
  const timer = setTimeout(() => {
    inTime = false
    group.kill()
  }, limitMs)
  await once(subprocess, 'exit')
  clearTimeout(timer)
  return inTime
}

/** The end of a file: a test that prints without end must not take the gate's memory along. */
async function readTail(path: string): Promise<string> {
  await using file = await open(path)
  const { size } = await file.stat()
  const length = Math.min(size, maxOutputBytes)
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString()
}
