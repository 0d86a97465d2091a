import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from './process-cost.ts'

const command = join(import.meta.dirname, '../../dist/bin/ccdk.js')
/** Without colours, so that lines are told apart by their text; the row of the cursor is turned around. */
const environment = { ...process.env, TERM: 'screen-256color', LANG: 'C.UTF-8', NO_COLOR: '1', XDG_CONFIG_HOME: '/nonexistent' }

/** `ccdk top`, as built, on a pseudoterminal of its own, and what stands there. */
export class TopOnPty implements AsyncDisposable {
  readonly #script: ReturnType<typeof spawn>
  readonly #lines: string[] = []
  #rest = ''
  #waiting: (() => void) | undefined

  constructor(columns: number, rows: number, args: readonly string[]) {
    const line = `stty rows ${rows} cols ${columns}; exec ${process.execPath} ${command} top ${args.map((arg) => `'${arg}'`).join(' ')}`
    this.#script = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env: environment })
    this.#script.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text))
  }

  /** The process of the command itself. */
  get pid(): number {
    const [pid] = childrenOf(this.#script.pid ?? 0)
    if (pid === undefined) throw new Error('ccdk top has ended')
    return pid
  }

  get screen(): readonly string[] {
    return this.#lines
  }

  press(keys: string): void {
    this.#script.stdin?.write(keys)
  }

  /** Waits until the screen is as told. Answers the ms that it took. */
  async until(isAsTold: (lines: readonly string[]) => boolean, limitMs = 30_000): Promise<number> {
    const start = performance.now()
    while (!isAsTold(this.#lines)) {
      const left = limitMs - (performance.now() - start)
      if (left <= 0) throw new Error(`not within ${limitMs} ms:\n${this.#lines.join('\n')}`)
      const read = Promise.withResolvers<void>()
      this.#waiting = read.resolve
      await Promise.race([read.promise, sleep(left, undefined, { ref: false })])
    }
    return performance.now() - start
  }

  /** It writes whole lines, each at its place: what is not yet whole is kept. */
  #read(text: string): void {
    const pieces = (this.#rest + text).split('\u001B[?2026l')
    this.#rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      for (const [, row, line = ''] of piece.matchAll(/\p{Cc}\[(\d+);1H((?:\P{Cc}|\p{Cc}\[[\d;]*m)*)/gu)) this.#lines[Number(row) - 1] = line
    }
    this.#waiting?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#script, 'exit')
    this.press('q')
    await ended
  }
}
