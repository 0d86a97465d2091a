import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { PermissionError, SyscallError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, openObject, prepare, PROG_TYPE } from '../../../src/loader/index.ts'
import { listStructOps, register, setMember } from '../../../src/structops/index.ts'
import { exampleFile, structOpsOf, uniqueName } from './algorithm.ts'

/** What became of a step: `ok`, what was refused and why, or another error. */
type Outcome =
  | 'ok'
  | { syscall: string; errno: string; capability: string; hint: string }
  | { error: string; errno?: string; hint?: string }

/** The steps from an object's file to a listing, and the loading of a program of each type. */
export interface Outcomes {
  prepare: Outcome
  load: Outcome
  register: Outcome
  list: Outcome
  types: Record<string, Outcome>
}

/**
 * Tries everything in a process that has only the capabilities named: `bpf`, `perfmon`. With `user` it is no longer
 * root either, from before it touches the kernel on.
 */
export async function tryWith(capabilities: readonly string[], user?: number): Promise<Outcomes> {
  const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',')
  const code = `import { tryAll } from ${JSON.stringify(import.meta.url)}; tryAll('${uniqueName()}', ${user})`
  const node = [process.execPath, '--input-type=module', '--eval', code]
  // Who is not root any more has lost its capabilities with that.
  const { stdout } = await execa('setpriv', [`--bounding-set=${user === undefined ? set : '+all'}`, ...node])
  const outcomes: Outcomes = JSON.parse(stdout)
  return outcomes
}

/**
 * What `tryWith` has a process of its own do. It writes the outcomes to stdout.
 * @public
 */
export function tryAll(name: string, user?: number): void {
  const bytes = readFileSync(exampleFile('bpf_reno'))
  if (user !== undefined) {
    process.setgroups?.([])
    process.setgid?.(user)
    process.setuid?.(user)
  }
  using target = new LinuxTarget()
  const object = openObject(bytes, 'bpf_reno.bpf.o')
  setMember(object, structOpsOf(object, 'bpf_reno'), 'name', name)
  const outcomes: Outcomes = {
    prepare: outcome(() => {
      const [problem] = prepare(object, target).problems
      if (problem !== undefined) throw problem
    }),
    load: outcome(() => load(object, target)[Symbol.dispose]()),
    register: outcome(() => {
      using loaded = load(object, target)
      register(loaded, 'bpf_reno')[Symbol.dispose]()
    }),
    list: outcome(() => listStructOps(target)),
    types: Object.fromEntries(
      Object.entries(PROG_TYPE).map(([word, type]) => [word, outcome(() => loadEmpty(target, type))]),
    ),
  }
  process.stdout.write(JSON.stringify(outcomes))
}

function outcome(work: () => void): Outcome {
  try {
    work()
    return 'ok'
  } catch (error) {
    if (error instanceof SyscallError) return { error: error.name, errno: error.errno, hint: error.hint }
    if (!(error instanceof PermissionError)) return { error: error instanceof Error ? error.name : String(error) }
    const { syscall, errno, capability, hint } = error
    return { syscall, errno, capability, hint }
  }
}

/** `r0 = 0; exit` as a program of a type. */
function loadEmpty(target: LinuxTarget, type: number): void {
  const instructions = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)
  const definition = { name: 'empty', type, instructions, license: 'GPL', expectedAttachType: 0, flags: 0, modules: [] }
  target.loadProgram(definition)[Symbol.dispose]()
}
