import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Request } from './libbpf-host.ts'
import type { LibbpfObjects, LibbpfOptions } from './libbpf.ts'

const host = join(import.meta.dirname, 'libbpf-host.ts')

/**
 * libbpf in a process of its own, so that a crash or a hang of its costs one object and not the test. It holds one
 * object at a time. A test file that uses it names `needs.libbpf`.
 */
export class LibbpfProcess implements Disposable {
  readonly #limitMs: number
  #child: ChildProcess | undefined

  constructor({ limitMs }: { limitMs: number }) {
    this.#limitMs = limitMs
  }

  /** What libbpf made of an object, null when it refuses it; it throws when libbpf crashes or takes too long. */
  async load(file: string, options: LibbpfOptions): Promise<LibbpfObjects | null> {
    return await this.#ask<LibbpfObjects>({ do: 'load', file, options })
  }

  /** Which of some programs libbpf loads when each is alone. */
  async loadable(file: string, options: LibbpfOptions, programs: readonly string[]): Promise<string[]> {
    const answer = await this.#ask<{ loadable: string[] }>({ do: 'try', file, options, programs })
    return answer?.loadable ?? []
  }

  /** Closes the object that was loaded last. */
  async close(): Promise<void> {
    await this.#ask({ do: 'close' })
  }

  async #ask<Answer>(request: Request): Promise<Answer | null> {
    const child = (this.#child ??= fork(host, { stdio: 'ignore' }))
    const ended = new AbortController()
    const options = { signal: AbortSignal.any([ended.signal, AbortSignal.timeout(this.#limitMs)]) }
    const onExit = () => ended.abort()
    child.once('exit', onExit)
    try {
      const answer = once(child, 'message', options)
      child.send(request)
      const [made]: (Answer | null)[] = await answer
      return made ?? null
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    } finally {
      child.off('exit', onExit)
    }
  }

  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}
