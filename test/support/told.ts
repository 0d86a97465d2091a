import type { ChildProcess } from 'node:child_process'
import { until } from './until.ts'

/**
 * Waits until a running process has said something, so that what is done to it next meets it there. It hears what is
 * said from now on, so it is asked right after the start.
 */
export async function told(
  { nodeChildProcess }: { nodeChildProcess: ChildProcess },
  text: string,
  stream: 'stdout' | 'stderr' = 'stderr',
): Promise<void> {
  let said = ''
  nodeChildProcess[stream]?.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const { exitCode } = nodeChildProcess
  await until(() => said.includes(text) || nodeChildProcess.exitCode !== exitCode, `it says "${text}"`)
}
