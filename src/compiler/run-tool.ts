import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { UsageError } from '../errors/index.ts'

interface ToolResult {
  stdout: Buffer
  stderr: Buffer
  /** What it exited with; null when a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
}

/** Runs a program to its end, with nothing to read. Throws a `UsageError` when it cannot be started. */
export async function runTool(program: string, args: readonly string[]): Promise<ToolResult> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const [stdout, stderr, end] = await Promise.all([buffer(child.stdout), buffer(child.stderr), endOf(child)])
    return { stdout, stderr, ...end }
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`cannot start ${program}: ${reason === 'ENOENT' ? 'there is no such program' : reason}`, { cause })
  }
}

async function endOf(child: ChildProcess): Promise<Pick<ToolResult, 'exitCode' | 'signal'>> {
  await once(child, 'close')
  return { exitCode: child.exitCode, signal: child.signalCode }
}
