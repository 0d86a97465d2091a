import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import koffi from 'koffi'
import { CcdkError, PermissionError, SyscallError } from '../../../src/errors/index.ts'
import { errnoName, LinuxTarget, openFds } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register, setMember } from '../../../src/structops/index.ts'
import { structOpsOf } from './algorithm.ts'

// ABI: numbers of system calls that are the same on all architectures since Linux 5.1, and linux/mount.h.
const SYS = { move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, pidfd_open: 434, pidfd_getfd: 438 } as const
const FSCONFIG = { SET_STRING: 1, CMD_CREATE: 6 } as const
const MOVE_MOUNT_F_EMPTY_PATH = 4
const AT_FDCWD = -100

const lib = koffi.load(null)
const call3 = lib.func('long syscall(long, int, int, int)')
const fsopen = lib.func('long syscall(long, const char *, int)')
const fsconfig = lib.func('long syscall(long, int, int, const char *, const char *, int)')
const moveMount = lib.func('long syscall(long, int, const char *, int, const char *, int)')
const close = lib.func('int close(int)')

/** The result of a system call that has to succeed. */
function succeeded(what: string, result: unknown): number {
  const errno = koffi.errno()
  if (Number(result) < 0) throw new Error(`${what}: ${errnoName(errno)}`)
  return Number(result)
}

/** What may be done by the token: masks as fsconfig(2) takes them; nothing for what is left out. */
export type Delegated = Partial<Record<'delegate_cmds' | 'delegate_maps' | 'delegate_progs' | 'delegate_attachs', string>>

/** What became of a step: `ok`, or the errno and the call that was refused. */
export type Outcome = 'ok' | { syscall: string; errno: string; hint: string } | { error: string }

export interface WithToken {
  /** Of a load without a token. */
  without: Outcome
  token: Outcome
  load: Outcome
  register: Outcome
  /** Descriptors that were left open. */
  left: string[]
}

/**
 * Loads and registers an object in a process of its own user namespace, where it has no privilege outside of it, by the
 * token of a BPF file system. The process opens the file system, so that it belongs to its namespace, and this one, which
 * must be root, says what it delegates.
 */
export async function tryWithToken(file: string, name: string, delegated: Delegated): Promise<WithToken> {
  const code = `import { inNamespace } from ${JSON.stringify(import.meta.url)}; await inNamespace(${JSON.stringify(file)}, '${name}')`
  const node = [process.execPath, '--input-type=module', '--eval', code]
  const child = execa('unshare', ['--user', '--map-root-user', '--mount', '--propagation', 'private', ...node], { stdin: 'pipe' })
  let said = ''
  for await (const line of child.iterable()) {
    said = line
    if (!line.startsWith('fs ')) continue
    delegate(child.nodeChildProcess.pid ?? 0, Number(line.slice(3)), delegated)
    child.nodeChildProcess.stdin?.write('go\n')
  }
  await child
  const outcomes: WithToken = JSON.parse(said)
  return outcomes
}

/** Sets the options of a file system that another process is about to mount. */
function delegate(pid: number, number: number, delegated: Delegated): void {
  const mounting = succeeded('pidfd_open', call3(SYS.pidfd_open, pid, 0, 0))
  const context = succeeded('pidfd_getfd', call3(SYS.pidfd_getfd, mounting, number, 0))
  try {
    for (const [option, mask] of Object.entries(delegated)) {
      succeeded(option, fsconfig(SYS.fsconfig, context, FSCONFIG.SET_STRING, option, mask, 0))
    }
    succeeded('FSCONFIG_CMD_CREATE', fsconfig(SYS.fsconfig, context, FSCONFIG.CMD_CREATE, null, null, 0))
  } finally {
    close(context)
    close(mounting)
  }
}

/**
 * What `tryWithToken` has a process of its own do.
 * @public
 */
export async function inNamespace(file: string, name: string): Promise<void> {
  const context = succeeded('fsopen', fsopen(SYS.fsopen, 'bpf', 0))
  process.stdout.write(`fs ${context}\n`)
  for await (const line of createInterface({ input: process.stdin })) if (line === 'go') break
  const mounted = succeeded('fsmount', call3(SYS.fsmount, context, 0, 0))
  const path = mkdtempSync(join(tmpdir(), 'ccdk-token-'))
  try {
    succeeded('move_mount', moveMount(SYS.move_mount, mounted, '', AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
    process.stdout.write(`${JSON.stringify(tryAll(file, name, path))}\n`)
  } finally {
    lib.func('int umount2(const char *, int)')(path, 2)
    rmdirSync(path)
  }
  process.stdin.destroy()
}

function tryAll(file: string, name: string, token: string): WithToken {
  const object = openObject(readFileSync(file), 'object.bpf.o')
  const [spec] = object.structOps
  if (spec !== undefined) setMember(object, structOpsOf(object, spec.name), 'name', name)
  using target = new LinuxTarget()
  return {
    without: outcome(() => load(object, target)[Symbol.dispose]()),
    token: outcome(() => target.createToken(token)[Symbol.dispose]()),
    load: outcome(() => load(object, target, { token })[Symbol.dispose]()),
    register: outcome(() => {
      using loaded = load(object, target, { token })
      for (const map of loaded.structOps.keys()) register(loaded, map)[Symbol.dispose]()
    }),
    left: openFds(),
  }
}

function outcome(work: () => void): Outcome {
  try {
    work()
    return 'ok'
  } catch (error) {
    if (error instanceof PermissionError || error instanceof SyscallError) {
      return { syscall: error.syscall, errno: error.errno, hint: error.hint }
    }
    return { error: error instanceof CcdkError ? error.message : String(error) }
  }
}
