import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildObject, type BuildRequest, parseDiagnostics } from '../../src/compiler/index.ts'
import { CompileError, PermissionError, UsageError } from '../../src/errors/index.ts'
import { LinuxTarget, makePinDirectory } from '../../src/kernel/index.ts'
import type { BpfObject } from '../../src/loader/index.ts'
import { atExit, interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { choose, type Choice } from '../register/choose.ts'
import { SavedFiles } from './saved-files.ts'
import { tellEnd, tellFailure, tellPlaced } from './tell.ts'
import { now, type PlaceOptions, Versions } from './versions.ts'

export interface DevelopOptions {
  build: BuildRequest
  choice: Choice
  place: PlaceOptions
}

/**
 * Builds a source now and whenever it, or a header that it includes, is saved, and puts what comes out in place of the
 * version before. What does not build, fit or load is told, and the last good version stays. It ends with a signal.
 */
export async function develop({ build, choice, place }: DevelopOptions, output: Output): Promise<void> {
  using target = new LinuxTarget()
  if (choice.pin !== undefined && makePinDirectory(choice.pin)) output.note('mounted the BPF file system at /sys/fs/bpf')
  using versions = new Versions(target, choice.pin)
  using _ = atExit(() => versions[Symbol.dispose]())
  using ended = interruption(output.unread)
  using files = new SavedFiles([build.source])
  output.note(`watching ${build.source} and what it includes: each save is put in place; Ctrl-C ends it`)
  try {
    for (let saved: number | null = null; ; saved = await files.next(ended.signal)) {
      const started = now()
      try {
        const object = await built(build, files, output)
        const ready = now()
        // Whatever its section: a link is what can be given the next version at once.
        for (const spec of object.structOps) spec.link = true
        choose(object, choice)
        const placed = versions.place(object, place)
        tellPlaced(placed, { fromSave: saved === null ? null : placed.at - saved, build: ready - started, load: placed.at - ready }, output)
      } catch (error) {
        ended.signal.throwIfAborted()
        // No other version would mend that.
        if (error instanceof PermissionError && versions.inPlace().length === 0) throw error
        tellFailure(error, versions.inPlace(), output)
      }
    }
  } finally {
    tellEnd(versions, output)
  }
}

async function built(build: BuildRequest, files: SavedFiles, output: Output): Promise<BpfObject> {
  const { object, missing, words } = await compiled(build, files)
  if (words !== '' && !output.json) output.error(words.trimEnd())
  if (object !== undefined) return object
  throw new UsageError(`${build.source} uses ${missing.join(', ')}, which it does not define`, {
    hint: 'ccdk dev takes algorithms of one source; ccdk build and ccdk link make one object of several',
  })
}

async function compiled(build: BuildRequest, files: SavedFiles) {
  try {
    return await buildObject({
      ...build,
      // Told also when it does not compile, but not when a header is missing: then all stays watched.
      onDependencies: (paths) => paths.length > 0 && files.watch([build.source, ...paths]),
    })
  } catch (error) {
    if (error instanceof CompileError) files.watchAlso(placesToMend(error.words))
    throw error
  }
}

/** The files in which a mistake stands, and those that are missing, where they would be found. */
const placesToMend = (words: string): string[] =>
  parseDiagnostics(words)
    .flatMap(({ file, message }) => {
      const missing = /^'(?<name>.+)' file not found/.exec(message)?.groups?.['name']
      return missing === undefined ? [file] : [file, join(dirname(file), missing)]
    })
    .filter((file) => existsSync(dirname(file)))
