import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { runTool } from './run-tool.ts'

/** A compiler that can make BPF objects. */
export interface Clang {
  /** As it is started: a path, or a name that PATH leads to. */
  readonly program: string
  /** `19.1.7`. */
  readonly version: string
}

/** The oldest release that knows all which the headers of ccdk ask of a compiler. */
export const oldestClang = 14

const install = `install clang ${oldestClang} or later (Debian, Ubuntu: apt install clang; Fedora: dnf install clang)`

/**
 * The compiler to use: the program that the caller names, or the newest of `clang` and `clang-NN` on PATH.
 * Throws a `UsageError` that says what to install when there is none, it is too old, or it cannot compile for BPF.
 */
export async function findClang(program?: string): Promise<Clang> {
  if (program !== undefined) return await examine(program)
  let failure: unknown
  for (const candidate of await candidates()) {
    try {
      return await examine(candidate)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure ?? new UsageError('there is no clang on PATH', { hint: `${install}, or name one with --clang` })
}

/** Newest first, by their names; what is called `clang` alone has to be asked. */
async function candidates(): Promise<string[]> {
  const found = new Map<string, number>()
  for (const directory of (process.env['PATH'] ?? '').split(':').filter((part) => part !== '')) {
    for (const name of namesIn(directory)) {
      const version = /^clang(?:-(?<major>\d+))?$/.exec(name)
      const path = join(directory, name)
      if (version === null || found.has(path) || !isExecutable(path)) continue
      found.set(path, Number(version.groups?.['major'] ?? (await majorOf(path))))
    }
  }
  return [...found].toSorted(([, one], [, other]) => other - one).map(([path]) => path)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function majorOf(program: string): Promise<number> {
  try {
    return Number.parseInt(await versionOf(program), 10)
  } catch {
    return 0
  }
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await runTool(program, ['--version'])
  const version = /\bclang version (?<number>\d+\.\d+[.\d]*)/.exec(stdout.toString())?.groups?.['number']
  if (version === undefined) throw new UsageError(`${program} is no clang`, { hint: install })
  return version
}

async function examine(program: string): Promise<Clang> {
  const version = await versionOf(program)
  if (Number.parseInt(version, 10) < oldestClang) {
    throw new UsageError(`${program} is clang ${version}, which is too old`, { hint: install })
  }
  const { stdout } = await runTool(program, ['--print-targets'])
  if (!/^\s+bpf\s/m.test(stdout.toString())) {
    throw new UsageError(`${program} (clang ${version}) was built without the bpf target`, {
      hint: `${install}, or name another with --clang`,
    })
  }
  return { program, version }
}
