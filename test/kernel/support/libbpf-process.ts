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
    return await this.#ask({ do: 'load', file, options })
  }

  /** Closes the object that was loaded last. */
  async close(): Promise<void> {
    await this.#ask({ do: 'close' })
  }

  async #ask(request: Request): Promise<LibbpfObjects | null> {
    const child = (this.#child ??= fork(host, { stdio: 'ignore' }))
    const ended = new AbortController()
    const options = { signal: AbortSignal.any([ended.signal, AbortSignal.timeout(this.#limitMs)]) }
    const onExit = () => ended.abort()
    child.once('exit', onExit)
    try {
      const answer = once(child, 'message', options)
      child.send(request)
      const [made]: (LibbpfObjects | null)[] = await answer
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
