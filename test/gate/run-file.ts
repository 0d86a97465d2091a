import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandPath } from '../support/commands.ts'
import { killGroup, killMarked, markFor, markVariable } from './processes.ts'
import { parseRecord, recordVariable } from './record.ts'
import { type Verdict, judge } from './verdict.ts'

export interface RunOptions {
  file: string
  limitMs: number
  strict: boolean
  /** Ends the run early: the process group is killed. */
  signal: AbortSignal
}

export interface FileRun extends Verdict {
  /** What the process printed, stdout and stderr in the order they were written. */
  output: string
  durationMs: number
}

const preload = new URL('preload.ts', import.meta.url).href

/** Runs one test file in a process group of its own and judges it. */
export async function runFile({ file, limitMs, strict, signal }: RunOptions): Promise<FileRun> {
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
      env: { ...process.env, [recordVariable]: recordPath, [markVariable]: markFor(id), PATH: commandPath().join(':') },
      // It leads a process group of its own, which can be killed as a whole.
      detached: true,
    })
    const kill = (): void => {
      if (subprocess.pid !== undefined) killGroup(subprocess.pid)
    }
    let exceededMs: number | undefined
    const timer = setTimeout(() => {
      exceededMs = limitMs
      kill()
    }, limitMs)
    signal.addEventListener('abort', kill)
    await once(subprocess, 'exit')
    signal.removeEventListener('abort', kill)
    clearTimeout(timer)
    const durationMs = performance.now() - started

    const leftovers = await killMarked(id)
    const events = parseRecord(await readFile(recordPath, 'utf8'))
    const { exitCode, signalCode } = subprocess
    const ending = { exitCode, signal: signalCode, exceededMs, leftovers }
    return { ...judge(events, ending, strict), output: await readFile(outputPath, 'utf8'), durationMs }
  } finally {
    closeSync(output)
    await rm(directory, { recursive: true })
  }
}
