import { UsageError } from '../errors/index.ts'
import { Datagrams, type Fd, listNamespaces, namespaceInode, NetlinkSocket, type Unseen } from '../kernel/index.ts'
import { Names } from './diag/names.ts'
import { diagRequest, NETLINK_SOCK_DIAG, type TcpSocketFilter } from './diag/request.ts'
import { type DiagRow, readRow } from './diag/row.ts'
import { everywhere } from './everywhere.ts'
import { SocketSample } from './socket-sample.ts'

export interface SamplerOptions extends TcpSocketFilter {
  /**
   * The network namespaces, which may be closed once the sampler is made; the own one when left out. With `every` those
   * of the whole machine, as they are then and at each `refresh`.
   */
  namespaces?: readonly Fd[] | 'every'
}

/**
 * Lists TCP sockets again and again, fast: with a netlink socket that stays open in each namespace. Such a socket keeps
 * its namespace alive, also one that is deleted meanwhile, until `refresh` or the end.
 *
 * Other namespaces than the own one need CAP_SYS_ADMIN, what an algorithm tells of itself CAP_NET_ADMIN.
 */
export class SocketSampler implements Disposable {
  readonly #filter: TcpSocketFilter
  readonly #request: ReturnType<typeof diagRequest>
  readonly #isEvery: boolean
  readonly #sockets = new Map<number, NetlinkSocket>()
  /** Those that the last listing of the machine's namespaces had. */
  readonly #listed = new Set<number>()
  readonly #names = new Names()
  #closed = false
  /** Bytes of the last listing, for which room is made at once the next time. */
  #length = 0

  constructor({ namespaces, ...filter }: SamplerOptions = {}) {
    this.#filter = filter
    this.#request = diagRequest(filter)
    this.#isEvery = namespaces === 'every'
    using undo = new DisposableStack()
    undo.use(this)
    if (namespaces === 'every') this.refresh()
    else if (namespaces === undefined) this.#open(namespaceInode())
    else for (const namespace of namespaces) this.#open(namespaceInode(namespace), namespace)
    undo.move()
  }

  /** The inodes of the namespaces that are looked into. */
  get namespaces(): readonly number[] {
    return [...this.#sockets.keys()]
  }

  /**
   * Looks which namespaces there are now, and lets go of those that are gone. Told to sample every one it takes the new
   * ones, and answers which could not be looked into. It reads all of `/proc`: once a second is often enough.
   */
  refresh(): Unseen[] {
    this.#demandOpen()
    const { namespaces, unseen } = this.#isEvery ? everywhere((namespace, inode) => this.#open(inode, namespace)) : listNamespaces()
    const found = new Set(namespaces.map(({ inode }) => inode))
    for (const [inode, socket] of this.#sockets) {
      if (found.has(inode)) this.#listed.add(inode)
      // One that was never listed may be there all the same: by a descriptor, or a thread.
      else if (this.#listed.delete(inode)) {
        socket[Symbol.dispose]()
        this.#sockets.delete(inode)
      }
    }
    return this.#isEvery ? unseen : []
  }

  /**
   * Lists the sockets. Throws a `SyscallError` EINTR when the kernel says that its list changed during each of several
   * tries; connections that come and go are no such change.
   *
   * `instead` is an earlier sample that nobody reads any more: its memory is taken, so that listing often leaves no
   * garbage. Ten thousand sockets are 6 MB.
   */
  sample({ instead }: { instead?: SocketSample | undefined } = {}): SocketSample {
    this.#demandOpen()
    const startedAt = process.hrtime.bigint()
    const answers = this.#room(instead?.memory)
    const { congestion, info = true, memory = false } = this.#filter
    const rows: DiagRow[] = []
    const request = this.#request
    for (const [inode, socket] of this.#sockets) {
      if (request === undefined) break
      const parse = (message: Parameters<typeof readRow>[0]) =>
        message.type === request.type ? readRow(message, inode, this.#names) : undefined
      for (const row of socket.dump(request, parse, attempt, answers)) {
        if (congestion === undefined || this.#names.texts[row.congestion] === congestion) rows.push(row)
      }
    }
    this.#length = answers.length
    const endedAt = process.hrtime.bigint()
    return new SocketSample({ startedAt, endedAt, view: answers.view, rows, names: [...this.#names.texts], info, memory })
  }

  /** A quarter more than the last time, so that it seldom has to grow while the kernel waits; not for ever that of one large listing. */
  #room(memory?: ArrayBuffer): Datagrams {
    const isFit = memory !== undefined && memory.byteLength < 8 * (this.#length + 2 ** 16)
    return isFit ? new Datagrams(this.#length, memory) : new Datagrams(Math.ceil(this.#length * 1.25))
  }

  #open(inode: number, namespace?: Fd): void {
    if (!this.#sockets.has(inode)) this.#sockets.set(inode, new NetlinkSocket(NETLINK_SOCK_DIAG, namespace))
  }

  #demandOpen(): void {
    if (this.#closed) throw new UsageError('the sampler of sockets: used after it was closed')
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const socket of this.#sockets.values()) socket[Symbol.dispose]()
    this.#sockets.clear()
  }
}

const attempt = {
  doing: 'listing TCP sockets',
  syscall: 'netlink(NETLINK_SOCK_DIAG)',
  hints: {
    ENOENT: 'this kernel cannot list TCP sockets: it needs CONFIG_INET_TCP_DIAG',
    EINVAL: 'this kernel does not take the filter',
  },
}
