import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { fileError, makeDirectories } from '../../kernel/index.ts'
import type { Arm, NewExperiment } from './experiment.ts'
import { keptFiles } from './named-files.ts'

/** A directory that is to hold an experiment, and what was put there so far. */
export interface Bundle {
  specFile: string
  arms: Arm[]
  /** Takes away what was made. */
  undo: () => void
}

/** Makes the directory with the spec, the files that it names, and the objects. It may be there, if it is empty. */
export function makeBundle(directory: string, { spec, named, arms }: NewExperiment): Bundle {
  const doing = `making ${directory} for the experiment`
  const made = attempt(doing, 'mkdir', () => makeDirectories(directory))
  demandEmpty(directory)
  const undo = (): void => {
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true })
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
  }
  try {
    const specFile = `spec${endingOf(spec.file)}`
    write(join(directory, specFile), spec.text)
    for (const [path, text] of keptFiles(named)) {
      attempt(`keeping ${path}`, 'mkdir', () => mkdirSync(dirname(join(directory, path)), { recursive: true }))
      write(join(directory, path), text)
    }
    return { specFile, arms: putObjects(directory, arms), undo }
  } catch (error) {
    undo()
    throw error
  }
}

/**
 * What has something in it is not written into. What is not there yet is empty.
 *
 * @throws UsageError for a directory with anything in it; SyscallError for one that cannot be read, or is none
 */
export function demandEmpty(directory: string): void {
  if (!existsSync(directory)) return
  if (attempt(`looking whether ${directory} is empty`, 'readdir', () => readdirSync(directory)).length === 0) return
  throw new UsageError(`${directory} is not empty`, { hint: 'name another directory with --out, or go on with what is there with --resume' })
}

/** Of a module what is kept is the experiment that it made, as JSON. */
const endingOf = (file: string): string => (/^\.([cm]?[jt]s|json)$/.test(extname(file)) ? '.json' : '.yaml')

/** Each object once, by its own name where no other one has that. */
function putObjects(directory: string, arms: NewExperiment['arms']): Arm[] {
  const taken = new Map<string, string>()
  return arms.map(({ name, cc, object }) => {
    if (object === undefined) return { name, cc }
    const sha256 = createHash('sha256').update(object.bytes).digest('hex')
    const own = basename(object.file)
    const file = (taken.get(own) ?? sha256) === sha256 ? own : `${sha256.slice(0, 12)}-${own}`
    if (!taken.has(file)) {
      attempt(`keeping ${own}`, 'mkdir', () => mkdirSync(join(directory, 'objects'), { recursive: true }))
      write(join(directory, 'objects', file), object.bytes)
      taken.set(file, sha256)
    }
    return { name, cc, object: { file: `objects/${file}`, sha256 } }
  })
}

/** Writes a file that was not there, and waits until it is on the disk. */
function write(path: string, content: string | Uint8Array): void {
  attempt(`writing ${path}`, 'write', () => {
    const file = openSync(path, 'wx', 0o644)
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  })
}

function attempt<Result>(doing: string, syscall: string, body: () => Result): Result {
  try {
    return body()
  } catch (error) {
    throw fileError(error, { doing, syscall, capability: 'CAP_DAC_OVERRIDE', hints: { ENOSPC: 'make room on that disk', ENOENT: 'choose a place with --out where files can be made', ENOTDIR: 'choose a place with --out where files can be made' } })
  }
}
