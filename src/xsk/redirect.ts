import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../errors/index.ts'
import { type Fd, LinuxTarget } from '../kernel/index.ts'
import { type Handle, load, MAP_TYPE, openObject, type Target } from '../loader/index.ts'
import { attachProgram, type Hook } from './attach-program.ts'
import { type Device, findDevice } from './device.ts'

const bpfObject = 'ccdk/xsk/redirect.bpf.o'

export interface RedirectOptions {
  interface: string | number
  namespace?: Fd
  hook?: Hook
  /** Packets may come in several buffers. Linux 5.18. @default false */
  multiBuffer?: boolean
  /** The program writes before each packet when it saw it: see `takeStamp`. @default false */
  stamped?: boolean
}

type Kind = Pick<RedirectOptions, 'hook' | 'multiBuffer' | 'stamped'>

/** The programs that this thread has attached, by their devices. */
const attached = new Map<string, Shared>()

/** A program on a device and its map, which the holders own together. */
interface Shared {
  readonly target: LinuxTarget
  readonly link: Handle
  readonly map: Handle
  readonly program: string
  readonly hook: Hook | undefined
  readonly owned: DisposableStack
  holders: number
}

/**
 * Hands the packets of an interface's queues over to AF_XDP sockets, and all others to the kernel. It is attached by a
 * link, which goes with the last holder on this thread or with the process, whatever ends it.
 */
export class RedirectProgram implements Disposable {
  readonly device: Device
  readonly #shared: Shared
  #closed = false

  constructor(device: Device, kind: Kind) {
    const known = stillAttached(device)
    if (known !== undefined && (known.program !== programOf(kind) || (kind.hook !== undefined && known.hook !== kind.hook))) {
      throw new UsageError(`${device.name} has the program of other sockets, which was attached with another hook, multiBuffer or stamped`)
    }
    this.device = device
    this.#shared = known ?? attachShared(device, kind)
    this.#shared.holders += 1
    attached.set(device.key, this.#shared)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The XSKMAP, by the numbers of queues. */
  get map(): Handle {
    if (this.#closed) throw new UsageError(`the program of ${this.device.name}: used after it was closed`)
    return this.#shared.map
  }

  /** Has a socket get the packets of a queue. It leaves the map by itself when it is closed. */
  put(queue: number, socket: { readonly number: number }): void {
    putSocket(this.#shared.target, this.map, queue, socket)
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    this.#shared.holders -= 1
    if (this.#shared.holders > 0) return
    if (attached.get(this.device.key) === this.#shared) attached.delete(this.device.key)
    this.#shared.owned.dispose()
  }
}

/** Attaches the program that sockets share to an interface, and keeps it there also while there is no socket. */
export const attachRedirect = (options: RedirectOptions): RedirectProgram =>
  new RedirectProgram(findDevice(options.interface, options.namespace), options)

/** Puts a socket into an XSKMAP. */
export function putSocket(target: Target, map: Handle, key: number, socket: { readonly number: number }): void {
  const { name, type, maxEntries } = target.objects.mapInfo(map)
  if (type !== MAP_TYPE.XSKMAP) throw new UsageError(`the map "${name}" is no XSKMAP: it takes no sockets of AF_XDP`)
  if (!(key >= 0 && key < maxEntries)) throw new UsageError(`the map "${name}" has no entry ${key}: it has ${maxEntries}`)
  // ABI: a u32 as the key, a descriptor as the value.
  target.update(map, new Uint8Array(Uint32Array.of(key).buffer), new Uint8Array(Uint32Array.of(socket.number).buffer))
}

/** Not when the link was detached, or when the interface is gone and another one has its index now. */
function stillAttached({ key, index }: Device): Shared | undefined {
  const known = attached.get(key)
  if (known === undefined) return undefined
  const info = known.target.objects.linkInfo(known.link)
  return info.kind === 'xdp' && info.interface === index ? known : undefined
}

const programOf = ({ multiBuffer = false, stamped = false }: Kind): string =>
  `redirect${stamped ? '_stamped' : ''}${multiBuffer ? '_frags' : ''}`

function attachShared(device: Device, kind: Kind): Shared {
  using undo = new DisposableStack()
  const target = undo.use(new LinuxTarget())
  const file = fileURLToPath(import.meta.resolve(bpfObject))
  const object = openObject(readFileSync(file), file)
  const program = programOf(kind)
  for (const one of object.programs) one.autoload = one.name === program
  for (const map of object.maps) map.maxEntries = Math.max(device.rxQueues, 1)
  const loaded = undo.use(load(object, target))
  const what = `the program that hands packets of ${device.name} to AF_XDP sockets`
  const instead = ", or put the socket into a map of it (program: 'none', then updateXskMap)"
  const link = undo.use(attachProgram(loaded, program, device, { hook: kind.hook, what, instead }))
  const map = loaded.maps.get('sockets')?.handle
  if (map === undefined) throw new Error(`${bpfObject} has no map "sockets"`)
  return { target, link, map, program, hook: kind.hook, owned: undo.move(), holders: 0 }
}
