import koffi from 'koffi'

/**
 * The C functions that the kernel room calls, and but for `watch.ts` the only import of koffi. Each function answers as
 * the system call does inside the kernel: zero or a positive result, or a negative errno.
 */
type Call<Args extends readonly unknown[]> = (...args: Args) => number

const lib = koffi.load(null)

function bind<Args extends readonly unknown[]>(prototype: string): Call<Args> {
  // Bound when it is first called: no command needs all of them.
  let call: ReturnType<typeof lib.func> | undefined
  // koffi.errno() must come right after the call: anything in between, a log line even, may reset it.
  return (...args) => {
    call ??= lib.func(prototype)
    const result = Number(call(...args))
    return result < 0 ? -koffi.errno() : result
  }
}

// ABI: the number of bpf(2), asm/unistd.h of each architecture.
const bpfNumber: Partial<Record<NodeJS.Architecture, number>> = { x64: 321, arm64: 280, riscv64: 280, loong64: 280, s390x: 351, ppc64: 361 }
const SYS_bpf = bpfNumber[process.arch] ?? -1

const syscall = bind<[number, number, Uint8Array, number]>('long syscall(long, int, void *, unsigned int)')

/** bpf(2). `attr` holds a `union bpf_attr`; the kernel writes results into it. */
export const bpf = (command: number, attr: Uint8Array, size: number): number => syscall(SYS_bpf, command, attr, size)

const syscallForPid = bind<[number, number, number]>('long syscall(long, int, unsigned int)')
/** ABI: pidfd_open(2) has the same number on every architecture. */
export const pidfdOpen = (pid: number, flags: number): number => syscallForPid(434, pid, flags)

const syscallForSignal = bind<[number, number, number, null, number]>('long syscall(long, int, int, void *, unsigned int)')
/** ABI: pidfd_send_signal(2) has the same number on every architecture. */
export const pidfdSendSignal = (pidfd: number, signal: number): number => syscallForSignal(424, pidfd, signal, null, 0)

const fcntl = bind<[fd: number, command: number, argument: number]>('int fcntl(int, int, int)')
// ABI: F_DUPFD_CLOEXEC, linux/fcntl.h.
export const duplicate = (fd: number): number => fcntl(fd, 1030, 0)

export const close = bind<[fd: number]>('int close(int)')
export const setns = bind<[fd: number, flags: number]>('int setns(int, int)')
export const unshare = bind<[flags: number]>('int unshare(int)')
/** Only for the options of prctl(2) that take one number. */
export const prctl = bind<[option: number, argument: number]>('int prctl(int, unsigned long)')
export const socket = bind<[domain: number, type: number, protocol: number]>('int socket(int, int, int)')
export const bindSocket = bind<[fd: number, address: Uint8Array, length: number]>('int bind(int, void *, unsigned int)')
export const connectSocket = bind<[fd: number, address: Uint8Array, length: number]>('int connect(int, void *, unsigned int)')
export const send = bind<[fd: number, bytes: Uint8Array, length: number, flags: number]>(
  'long send(int, void *, size_t, int)',
)
export const recv = bind<[fd: number, bytes: Uint8Array, length: number, flags: number]>(
  'long recv(int, void *, size_t, int)',
)
export const setsockopt = bind<[fd: number, level: number, name: number, value: Uint8Array, length: number]>(
  'int setsockopt(int, int, int, void *, unsigned int)',
)
/** `length` is a u32 in memory: the size of `value` going in, of the answer coming out. */
export const getsockopt = bind<[fd: number, level: number, name: number, value: Uint8Array, length: Uint32Array]>(
  'int getsockopt(int, int, int, void *, void *)',
)

/** The address of an array's first byte. The array must be kept alive while the kernel may use it. */
export const addressOf = (bytes: ArrayBufferView): bigint => koffi.address(bytes)

const mmap: (...args: [bigint, number, number, number, number, number]) => bigint = lib.func(
  'void *mmap(void *, size_t, int, int, int, int64_t)',
)
// ABI: MAP_FAILED, sys/mman.h.
const MAP_FAILED = 0xffff_ffff_ffff_ffffn

/** mmap(2); an address of 0 is the kernel's choice. `result` is zero or a negative errno. */
export function mapMemory(
  length: number,
  protection: number,
  flags: number,
  fd: number,
  { offset, address: wanted }: { offset: number; address: bigint },
): { result: number; address: bigint } {
  const address = mmap(wanted, length, protection, flags, fd, offset)
  return { result: address === MAP_FAILED ? -koffi.errno() : 0, address }
}

export const unmapMemory = bind<[address: bigint, length: number]>('int munmap(void *, size_t)')

/** The bytes at an address, without a copy. */
export const viewMemory = (address: bigint, length: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(koffi.view(address, length))

export const mount = bind<[source: string, target: string, type: string, flags: number, data: null]>(
  'int mount(const char *, const char *, const char *, unsigned long, void *)',
)

export const unmount = bind<[target: string, flags: number]>('int umount2(const char *, int)')
export const flock = bind<[fd: number, operation: number]>('int flock(int, int)')

export const setrlimit = bind<[resource: number, limits: Uint8Array]>('int setrlimit(int, void *)')

export const getPageSize = bind<[]>('int getpagesize()')

// ABI: the number of perf_event_open(2), asm/unistd.h of each architecture.
const perfEventNumber: Partial<Record<NodeJS.Architecture, number>> = { x64: 298, arm64: 241, riscv64: 241, loong64: 241, s390x: 331, ppc64: 319 }

const syscallForPerf = bind<[number, Uint8Array, number, number, number, number]>('long syscall(long, void *, int, int, int, unsigned long)')

/** perf_event_open(2). `attr` holds a `struct perf_event_attr`. */
export const perfEventOpen = (attr: Uint8Array, pid: number, cpu: number, group: number, flags: number): number =>
  syscallForPerf(perfEventNumber[process.arch] ?? -1, attr, pid, cpu, group, flags)

export const ioctl = bind<[fd: number, request: number, argument: number]>('int ioctl(int, unsigned long, long)')
/** For requests that take a structure. */
export const ioctlAt = bind<[fd: number, request: number, argument: Uint8Array]>('int ioctl(int, unsigned long, void *)')

/**
 * Both take no bytes: on a socket of AF_XDP they only make the kernel look into its rings. Null pointers are numbers here,
 * which koffi passes on faster.
 */
export const sendNothing = bind<[fd: number, nothing: 0, length: 0, flags: number, address: 0, size: 0]>(
  'long sendto(int, intptr_t, size_t, int, intptr_t, unsigned int)',
)
export const receiveNothing = bind<[fd: number, nothing: 0, length: 0, flags: number, address: 0, size: 0]>(
  'long recvfrom(int, intptr_t, size_t, int, intptr_t, intptr_t)',
)

/** ppoll(2), with the addresses of `struct pollfd[]` and `struct timespec`; no timeout is 0. */
export const ppoll = bind<[fds: bigint, count: number, timeout: bigint, signals: 0]>(
  'int ppoll(void *, unsigned long, void *, intptr_t)',
)

export const eventfd = bind<[initial: number, flags: number]>('int eventfd(unsigned int, int)')
/** `parameters` is a `struct sched_param`. */
export const schedule = bind<[pid: number, policy: number, parameters: Uint8Array]>('int sched_setscheduler(int, int, void *)')

/** Both take the address of `struct mmsghdr[]`. */
export const sendMessages = bind<[fd: number, messages: bigint, count: number, flags: number]>(
  'int sendmmsg(int, void *, unsigned int, int)',
)
export const receiveMessages = bind<[fd: number, messages: bigint, count: number, flags: number, timeout: null]>(
  'int recvmmsg(int, void *, unsigned int, int, void *)',
)

/** clock_gettime(2) into a `struct timespec`. */
export const clockGetTime = bind<[clock: number, time: BigInt64Array]>('int clock_gettime(int, void *)')

const syscallForFilesystem = bind<[number, string, number]>('long syscall(long, const char *, unsigned int)')
const syscallForConfig = bind<[number, number, number, null, null, number]>('long syscall(long, int, unsigned int, void *, void *, int)')
const syscallForMount = bind<[number, number, number, number]>('long syscall(long, int, unsigned int, unsigned int)')
// ABI: fsopen(2), fsconfig(2) and fsmount(2) have the same numbers on every architecture.
export const fsopen = (type: string, flags: number): number => syscallForFilesystem(430, type, flags)
/** Only for commands without a key and a value. */
export const fsconfig = (fd: number, command: number): number => syscallForConfig(431, fd, command, null, null, 0)
export const fsmount = (fd: number, flags: number): number => syscallForMount(432, fd, flags, 0)

export const epollCreate = bind<[flags: number]>('int epoll_create1(int)')
/** `event` and `events` are the addresses of `struct epoll_event`. */
export const epollControl = bind<[epoll: number, operation: number, fd: number, event: bigint]>('int epoll_ctl(int, int, int, void *)')
export const epollWait = bind<[epoll: number, events: bigint, most: number, milliseconds: number]>('int epoll_wait(int, void *, int, int)')

export const timerCreate = bind<[clock: number, flags: number]>('int timerfd_create(int, int)')
/** `times` is a `struct itimerspec`. */
export const timerSet = bind<[fd: number, flags: number, times: BigInt64Array, old: 0]>('int timerfd_settime(int, int, void *, intptr_t)')

/** The kernel writes a `struct sockaddr` and its length. */
export const acceptSocket = bind<[fd: number, address: Uint8Array, length: Uint32Array, flags: number]>(
  'int accept4(int, void *, void *, int)',
)
export const shutdownSocket = bind<[fd: number, how: number]>('int shutdown(int, int)')
export const listenOn = bind<[fd: number, backlog: number]>('int listen(int, int)')
/** Without an address the kernel counts the bytes and copies none, if it is told so. */
export const discard = bind<[fd: number, nothing: 0, length: number, flags: number, address: 0, size: 0]>(
  'long recvfrom(int, intptr_t, size_t, int, intptr_t, intptr_t)',
)
