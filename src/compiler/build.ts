import { CompileError } from '../errors/index.ts'
import { type LinkedObject, linkObjects } from '../linker/index.ts'
import { type BpfObject, openObject } from '../loader/index.ts'
import type { Clang } from './clang.ts'
import { dependencyFile } from './dependencies.ts'
import { type Diagnostic, parseDiagnostics } from './diagnostics.ts'
import { compileArguments } from './flags.ts'
import { runTool } from './run-tool.ts'
import { includeDirectory, sourceNames } from './source-names.ts'

export interface BuildRequest {
  /** The C source, as messages are to name it. */
  readonly source: string
  /** What messages are to call the object. */
  readonly object: string
  readonly clang: Clang
  /** More options for clang. */
  readonly flags?: readonly string[]
  /** Whether clang's words are for a terminal that shows colours. */
  readonly colour?: boolean
  /** Is told the command before it runs. */
  readonly onCommand?: (command: readonly string[]) => void
  /** Is told which files were read, also when they do not compile. */
  readonly onDependencies?: (files: readonly string[]) => void
}

export interface BuiltObject {
  /** The object file: it is written nowhere yet. */
  readonly bytes: Uint8Array
  /** Undefined for one that uses what other objects define: it has to be linked with them first. */
  readonly object: BpfObject | undefined
  /** What other objects have to define. */
  readonly missing: readonly string[]
  /** What clang printed, word for word; empty when it had nothing to say. */
  readonly words: string
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Compiles a source and opens what comes out. Throws a `CompileError` with clang's words when it does not compile, and
 * an `ObjectError` when the object is none that can be loaded.
 */
export async function buildObject(request: BuildRequest): Promise<BuiltObject> {
  const { source, object, clang, flags = [], colour = false, onCommand, onDependencies } = request
  const args = [colour ? '-fcolor-diagnostics' : '-fno-color-diagnostics', ...compileArguments(source, includeDirectory(), flags)]
  onCommand?.([clang.program, ...args])
  await using dependencies = onDependencies === undefined ? undefined : await dependencyFile()
  const { stdout, stderr: words, exitCode, signal } = await runTool(
    clang.program,
    [...args, ...(dependencies?.options ?? [])],
    dependencies?.descriptor,
  )
  if (dependencies !== undefined) onDependencies?.(await dependencies.read())
  const diagnostics = parseDiagnostics(words)
  if (exitCode !== 0) throw new CompileError({ source, words, diagnostics, signal })
  // DWARF is two thirds of what clang writes, and no loader reads it: to link an object alone leaves it out.
  const linked = linkObjects([{ bytes: stdout, file: object }], { sourceName: sourceNames(source) })
  return { bytes: linked.bytes, ...opened(linked, object), words, diagnostics }
}

function opened({ bytes, unresolved }: LinkedObject, file: string): Pick<BuiltObject, 'object' | 'missing'> {
  // What the kernel provides has a section.
  const missing = unresolved.filter(({ section }) => section === '').map(({ name }) => name)
  return { object: missing.length > 0 ? undefined : openObject(bytes, file), missing }
}
