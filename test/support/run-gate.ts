import { join } from 'node:path'
import { type Options, execa } from 'execa'

const root = join(import.meta.dirname, '../..')

export interface GateResult {
  exitCode: number | undefined
  stdout: string
  stderr: string
  /** The last line of stdout. */
  closing: string
}

/** Runs the gate as `npm test` does, on the small test files of `test/fixtures/gate` unless `directory` names others. */
export async function runGate(
  args: readonly string[],
  { directory = 'gate', triesAgain = false, env = {}, ...options }: { directory?: string; triesAgain?: boolean } & Pick<Options, 'env' | 'cancelSignal'> = {},
): Promise<GateResult> {
  const tests = join(root, 'test/fixtures', directory)
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [join(root, 'scripts/test.ts'), '--directory', tests, ...(triesAgain ? [] : ['--once']), ...args],
    // What the gate around this test was told must not reach the gate inside it.
    { env: { CCDK_REQUIRE: '', ...env }, reject: false, stdin: 'ignore', ...options },
  )
  return { exitCode, stdout, stderr, closing: stdout.split('\n').at(-1) ?? '' }
}
