import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'

/** Programs and libraries for tests of probes. */
export const fixtures = join(import.meta.dirname, '../../fixtures/probes')

/** Compiles a program of `test/fixtures/probes`, or text, into a directory, and answers its path. */
export async function compileProgram(
  directory: string,
  { compiler = 'gcc', options = ['-O2'], source = join(fixtures, 'victim.c'), name = 'victim' }: { compiler?: string; options?: readonly string[]; source?: string; name?: string } = {},
): Promise<string> {
  const program = join(directory, name)
  await execa(compiler, ['-g', ...options, `-I${fixtures}`, source, '-o', program])
  return program
}

/** Compiles the BPF side with the headers of libbpf of a directory, which has `bpf` in it. */
export async function compileUsdtObject(directory: string, headers: string): Promise<string> {
  const object = join(directory, 'usdt.bpf.o')
  const includes = [`-I${headers}`, ...globSync('/usr/include/*-linux-gnu').map((path) => `-I${path}`)]
  const flags = ['-O2', '-g', '--target=bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86']
  await execa('clang-19', [...flags, ...includes, '-c', join(fixtures, 'usdt.bpf.c'), '-o', object])
  return object
}

/** A program that answers each line with a line, and ends with its stdin. */
export class Victim implements AsyncDisposable {
  readonly pid: number
  readonly #child
  readonly #lines: AsyncIterator<string>

  private constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.pid = this.#child.pid ?? -1
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts it and waits until it is ready. */
  static async start(file: string, args: readonly string[] = []): Promise<Victim> {
    const victim = new Victim(file, args)
    await victim.#line()
    return victim
  }

  /** Has it go through its probes once. */
  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`)
    return this.#line()
  }

  async #line(): Promise<string> {
    const { value } = await this.#lines.next()
    if (typeof value !== 'string') throw new Error('the program has ended')
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    if (this.#child.exitCode === null) await ended
  }
}
