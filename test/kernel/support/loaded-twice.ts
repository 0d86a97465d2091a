import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CcdkError } from '../../../src/errors/index.ts'
import { linuxObjects } from '../../../src/kernel/bpf/objects.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { factsOf, type ObjectFacts, type ObjectIds } from './loaded-facts.ts'
import type { LibbpfProcess } from './libbpf-process.ts'
import { lacking } from './older-kernel.ts'

/** An object as libbpf and ccdk loaded it, side by side. */
export interface LoadedTwice {
  readonly name: string
  /** Null when libbpf refuses it. */
  readonly libbpf: ObjectFacts | null
  readonly ccdk: ObjectFacts | null
  /** Why ccdk refuses it; empty when it does not. */
  readonly refusal: string
}

export interface Loaders {
  libbpf: LibbpfProcess
  target: LinuxTarget
  /** A BPF file system for pins. */
  bpffs: string
}

/**
 * Loads an object with both, or only some programs of it, and describes what the kernel then has, while it has both.
 */
export async function loadTwice(
  file: string,
  { libbpf, target, bpffs }: Loaders,
  programs?: readonly string[],
): Promise<LoadedTwice> {
  const roots = { libbpf: join(bpffs, 'libbpf'), ccdk: join(bpffs, 'ccdk') }
  for (const root of Object.values(roots)) mkdirSync(root)
  const name = basename(file, '.bpf.o')
  // It runs in another process, so that both load at the same time.
  const asked = libbpf.load(file, { pinRoot: roots.libbpf, ...(programs === undefined ? {} : { programs }) }).catch((cause: unknown) => {
    throw new Error(`${name}: libbpf crashed, or took too long`, { cause })
  })
  using ours = loadOurs(file, target, roots.ccdk, programs)
  try {
    const made = await asked
    return {
      name,
      libbpf: made === null ? null : factsOf(made),
      ccdk: ours.loaded === null ? null : factsOf(idsOf(ours.loaded)),
      refusal: ours.refusal,
    }
  } finally {
    await libbpf.close()
    for (const root of Object.values(roots)) {
      for (const pin of readdirSync(root)) rmSync(join(root, pin))
      rmSync(root, { recursive: true })
    }
  }
}

interface Ours extends Disposable {
  readonly loaded: LoadedObject | null
  readonly refusal: string
}

function loadOurs(file: string, target: LinuxTarget, pinRoot: string, programs?: readonly string[]): Ours {
  try {
    const object = openObject(readFileSync(file), basename(file))
    if (programs !== undefined) for (const spec of object.programs) spec.autoload = programs.includes(spec.name)
    // libbpf 1.1 is older than links to many places, and loads programs for USDT as for a kernel without them.
    const loaded = load(object, lacking(target, 'uprobe_multi'), { pinRoot })
    return { loaded, refusal: '', [Symbol.dispose]: () => loaded[Symbol.dispose]() }
  } catch (error) {
    // Anything else is a fault of ours, whatever libbpf makes of the object.
    if (!(error instanceof CcdkError)) throw new Error(`${file} fails in an unexpected way`, { cause: error })
    return { loaded: null, refusal: error.message, [Symbol.dispose]: () => {} }
  }
}

function idsOf({ programs, maps, structOps }: LoadedObject): ObjectIds {
  return {
    programs: [...programs].map(([name, { handle }]) => ({ name, id: linuxObjects.programInfo(handle).id })),
    maps: [...maps, ...structOps].map(([name, { handle }]) => ({ name, id: linuxObjects.mapInfo(handle).id })),
  }
}
