import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errnoName, type Fd, insideNamespace } from '../kernel/index.ts'
import { attach, type Handle, load, type LoadedObject, openObject, type Target } from '../loader/index.ts'
import { type Everywhere, everywhere } from './everywhere.ts'

/** TCP sockets of one network namespace that have an algorithm's name and the same struct_ops map behind it. */
export interface VersionGroup {
  mapId: number
  /** Whether they listen: the connections that they accept begin with their version. */
  listening: boolean
  /** `kept` where nothing was to be moved, `moved`, or the errno with which the kernel refused to. */
  answer: string
  sockets: number
}

interface Group {
  map: number
  listening: number
  answer: number
}

const keptAnswer = 1
const bpfObject = 'ccdk/sockets/versions.bpf.o'

/**
 * Tells by which version of a BPF algorithm each TCP socket is controlled, and moves sockets to another one. Versions
 * have the same name, so that neither INET_DIAG nor a socket's own option can tell them apart; a BPF iterator can. It
 * needs Linux 5.15.
 *
 * Sockets that are not yet bound nor connected stand in none of the kernel's tables, so they are neither seen nor
 * moved; their version's reference count has them.
 */
export class SocketVersions implements Disposable {
  readonly #owned = new DisposableStack()
  readonly #target: Target
  readonly #loaded: LoadedObject
  readonly #link: Handle

  constructor(target: Target) {
    using undo = new DisposableStack()
    const file = fileURLToPath(import.meta.resolve(bpfObject))
    this.#target = target
    this.#loaded = undo.use(load(openObject(readFileSync(file), file), target))
    this.#link = undo.use(attach(this.#loaded, 'versions'))
    this.#owned.use(undo.move())
  }

  /** The sockets of the algorithm of this name, in each network namespace or, with `only`, in those of these inodes. */
  count(name: string, only?: ReadonlySet<number>): Everywhere<VersionGroup[]> {
    return everywhere((namespace) => this.#run(name, 0, namespace), only)
  }

  /**
   * Moves sockets of that name to the map that is registered now, which is `to`: those that listen first. Sockets of
   * other algorithms and those of `to` are left as they are.
   */
  move(name: string, to: number, only?: ReadonlySet<number>): Everywhere<VersionGroup[]> {
    return everywhere((namespace) => this.#run(name, to, namespace), only)
  }

  #run(name: string, to: number, namespace: Fd | undefined): VersionGroup[] {
    const groups = this.#loaded.map<Group, bigint>('groups')
    for (const key of Array.from(groups.keys())) groups.delete(key)
    this.#loaded.variable<string>('name').set(name)
    this.#loaded.variable<number>('move_to').set(to)
    const run = (): unknown => this.#target.runIterator(this.#link)
    if (namespace === undefined) run()
    else insideNamespace(namespace, run)
    return [...groups.entries()].map(([{ map, listening, answer }, sockets]) => ({
      mapId: map,
      listening: listening === 1,
      answer: answer === keptAnswer ? 'kept' : answer === 0 ? 'moved' : errnoName(-answer),
      sockets: Number(sockets),
    }))
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}
