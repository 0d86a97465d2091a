import { join } from 'node:path'
import { execa } from 'execa'
import { until } from '../until.ts'

const source = join(import.meta.dirname, '../../fixtures/sockets/churn.c')

/** Connections of which so many are opened and closed a second, and so many are open at a time. */
export interface ChurnPlan {
  rate: number
  seconds: number
  open: number
}

export interface Churn extends AsyncDisposable {
  /** Of the network namespace that it has for itself. */
  pid: number
  /** Connections until now. */
  done: () => number
  /** Settles at its end; rejects when it could not go on. */
  ended: Promise<void>
}

/** Starts connections that come and go on the loopback of a namespace of their own. Who calls this names `needs.gcc` and `needs.root`. */
export async function startChurn({ rate, seconds, open }: ChurnPlan, directory: string): Promise<Churn> {
  const program = join(directory, 'churn')
  await execa('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', source, '-o', program])
  const line = `ip link set lo up && exec nice -n 10 ${program} ${rate} ${seconds} ${open}`
  const running = execa('unshare', ['--net', 'sh', '-c', line], { stdin: 'ignore' })
  let done = 0
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const number of text.split('\n').filter(Boolean)) done = Number(number)
  })
  const ended = running.then(() => undefined)
  ended.catch(() => undefined)
  await Promise.race([until(() => done > 0, 'connections come'), ended])
  return {
    pid: running.nodeChildProcess.pid ?? 0,
    done: () => done,
    ended,
    [Symbol.asyncDispose]: async () => {
      running.kill()
      await ended.catch(() => undefined)
    },
  }
}
