import { createHash } from 'node:crypto'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { kernelSourceArchive } from './needs.ts'

const cache = join(import.meta.dirname, '../../node_modules/.cache/ccdk-selftests')
const programs = 'tools/testing/selftests/bpf/progs'
/** What of the sources is needed: the tests' programs and what they include. */
const wanted = ['tools/testing/selftests/bpf/*', 'tools/lib/bpf/*.h', 'tools/include/uapi/*', 'tools/include/linux/filter.h']

/** As the kernel's own Makefile compiles them; warnings are the kernel's business. */
const flags =
  '-g -O2 --target=bpfel -mcpu=v3 -std=gnu11 -fno-strict-aliasing -Wno-everything -D__TARGET_ARCH_x86 -DENABLE_ATOMICS_TESTS'

export interface Selftests {
  /** The extracted sources. */
  readonly source: string
  /** The objects, as paths, sorted. */
  readonly objects: readonly string[]
  /** Programs that do not compile for this kernel's types, by name. */
  readonly failed: readonly string[]
}

/**
 * Extracts the kernel's BPF selftests and compiles their programs against the types of the running kernel. Both are kept
 * until the package or the kernel changes. A test file that calls this names `needs.kernelSource`, `needs.clang`,
 * `needs.libbpf` and `needs.bpftool`.
 */
export async function buildSelftests(): Promise<Selftests> {
  const { stdout: version } = await execa('dpkg-query', ['-W', '-f', '${Version}', 'linux-source-6.12'])
  const source = await once(join(cache, version, 'source'), extract)
  const { stdout: types } = await execa('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'])
  const key = createHash('sha256').update(flags).update(types).digest('hex').slice(0, 16)
  const built = await once(join(cache, version, key), (directory) => compileAll(source, types, directory))
  const objects = globSync('*.bpf.o', { cwd: built }).toSorted()
  const failed = globSync('*.error', { cwd: built }).map((name) => basename(name, '.error'))
  return { source, objects: objects.map((name) => join(built, name)), failed: failed.toSorted() }
}

/** Makes a directory unless it is there, under another name until it is whole. */
async function once(directory: string, make: (directory: string) => Promise<void>): Promise<string> {
  if (existsSync(directory)) return directory
  await mkdir(join(directory, '..'), { recursive: true })
  const unfinished = await mkdtemp(`${directory}-`)
  try {
    await make(unfinished)
    await rename(unfinished, directory)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  }
  return directory
}

async function extract(directory: string): Promise<void> {
  const members = wanted.map((path) => `linux-source-6.12/${path}`)
  const options = ['--strip-components=1', '--wildcards', '-C', directory]
  await execa('tar', ['-xJf', kernelSourceArchive, ...options, ...members])
}

async function compileAll(source: string, types: string, directory: string): Promise<void> {
  const include = join(directory, 'include')
  await mkdir(join(include, 'bpf'), { recursive: true })
  await writeFile(join(include, 'vmlinux.h'), types)
  for (const header of globSync('*.h', { cwd: join(source, 'tools/lib/bpf') })) {
    await copyFile(join(source, 'tools/lib/bpf', header), join(include, 'bpf', header))
  }
  // The kernel generates it from the comments of linux/bpf.h. No helper has been added since libbpf 1.1.
  await copyFile('/usr/include/bpf/bpf_helper_defs.h', join(include, 'bpf/bpf_helper_defs.h'))
  const includes = [
    ...[include, join(source, 'tools/include/uapi'), join(source, 'tools/testing/selftests/bpf')].map((path) => `-I${path}`),
    ...globSync('/usr/include/*-linux-gnu').map((path) => `-I${path}`),
    '-idirafter',
    '/usr/include',
  ]
  const queue = readdirSync(join(source, programs)).filter((name) => name.endsWith('.c')).values()
  const lane = async (): Promise<void> => {
    // The lanes share one iterator, so each file is taken once.
    for (const name of queue) {
      const result = join(directory, basename(name, '.c'))
      const args = [...flags.split(' '), ...includes, '-c', join(source, programs, name), '-o', `${result}.bpf.o`]
      const { exitCode, stderr } = await execa('clang-19', args, { reject: false })
      if (exitCode === 0) continue
      await rm(`${result}.bpf.o`, { force: true })
      await writeFile(`${result}.error`, stderr)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}

/** The object of one program of the selftests, by its name. The same needs have to be named. */
export async function selftest(name: string): Promise<string> {
  const { objects } = await buildSelftests()
  const object = objects.find((file) => basename(file) === `${name}.bpf.o`)
  if (object === undefined) throw new Error(`there is no selftest ${name} that compiles`)
  return object
}
