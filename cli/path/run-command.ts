import { constants } from 'node:os'
import type { Host, Program } from '../../src/testbed/index.ts'

/**
 * Runs a command on a host with the terminal of this process, and waits for its end or until `broken` has a reason to end
 * it. Answers what a shell would exit with.
 */
export async function runCommand(
  host: Host,
  [file = '', ...args]: readonly string[],
  { environment, broken }: { environment: NodeJS.ProcessEnv; broken: Promise<Error> },
): Promise<number> {
  const program = await host.run(file, args, { environment, stdio: 'terminal' })
  using _ = passSignals(program)
  const first = await Promise.race([program.ended, broken])
  if (first instanceof Error) throw first
  return first.signal === null ? (first.code ?? 1) : 128 + constants.signals[first.signal]
}

/**
 * What asks this process to end, asks the command: when that has ended this process does. A terminal sends its signals to
 * the command too; what comes from elsewhere is passed on. Asked twice, it is killed.
 */
function passSignals(program: Program): Disposable {
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  let asked = false
  const handlers = (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = (): void => {
      if (fromTerminal && (name === 'SIGINT' || name === 'SIGQUIT')) return
      void program.signal(asked ? 'SIGKILL' : name)
      asked = true
    }
    process.on(name, handler)
    return () => process.off(name, handler)
  })
  return {
    [Symbol.dispose]: () => {
      for (const remove of handlers) remove()
    },
  }
}
