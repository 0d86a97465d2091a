import { execa } from 'execa'
import { UsageError } from '../errors/index.ts'

interface ToolResult {
  stdout: Buffer
  stderr: string
  /** What it exited with; undefined when a signal ended it. */
  exitCode: number | undefined
  signal: NodeJS.Signals | null
}

/**
 * Runs a program to its end, with nothing to read. `descriptor` becomes its descriptor 3. Throws a `UsageError` when it
 * cannot be started.
 */
export async function runTool(program: string, args: readonly string[], descriptor?: number): Promise<ToolResult> {
  const { stdout, stderr, exitCode, signal, code, cause } = await execa(program, args, {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types of execa know ten descriptors, and it takes all
    stdio: ['ignore', 'pipe', 'pipe', (descriptor ?? 'ignore') as 3 | 'ignore'],
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
  })
  if (exitCode === undefined && signal === undefined) {
    throw new UsageError(`cannot start ${program}: ${code === 'ENOENT' ? 'there is no such program' : code}`, { cause })
  }
  return { stdout: asBuffer(stdout), stderr: asBuffer(stderr).toString(), exitCode, signal: signal ?? null }
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)
