import { existsSync, globSync, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { commandPath } from '../commands.ts'
import { type CpioEntry, writeCpio } from './cpio.ts'
import type { DebianKernel } from './debian-kernel.ts'

const root = join(import.meta.dirname, '../../..')

/** What tests, and the shell that starts them, call by name. */
const commands = 'sh cat ls sleep true mkdir readlink mount umount flock nsenter unshare setpriv strace sysctl ip tc ss bpftool kmod ping'.split(' ')
/** What tests compare with, called from Node. */
const library = '/usr/lib/*/libbpf.so.1'
const header = '/usr/include/bpf/bpf_helper_defs.h'
/** What the project needs at run time, and its tests. What these need comes along. */
const packages = ['commander', 'execa', 'koffi', '@koromix/koffi-linux-x64', 'uvu', 'fast-check', 'yaml', 'zod']
/** Modules that tests use or that bring kernel functions for algorithms, and what they may depend on. */
const modules = ['net/{ipv4,ipv6,sched,llc,802,core,bridge}/**/*.ko*', 'drivers/net/{veth,dummy,ifb}.ko*', '{lib,crypto}/**/*.ko*']

/**
 * The first file system of a virtual machine: Node and a few commands of this machine with their libraries, this project
 * at the same path, and a kernel's modules. `job` is left for what runs inside.
 */
export async function writeImage(file: string, kernel: DebianKernel, init: string, job: object): Promise<void> {
  writeCpio(file, [
    ...['/proc', '/sys', '/dev', '/tmp', '/run', '/root', '/var/run'].map((path): CpioEntry => ({ path, kind: 'directory' })),
    text('/init', init, 0o755),
    text('/job.json', JSON.stringify(job)),
    text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n'),
    { path: '/sbin/modprobe', kind: 'link', target: '/usr/bin/kmod' },
    // Objects are compiled before, outside: a test that finds none must say so and not that clang is missing.
    text('/usr/bin/clang-19', '#!/bin/sh\necho "$0: compile it outside" >&2\nexit 1\n', 0o755),
    ...(await programs()),
    ...projectFiles(),
    ...kernelFiles(kernel),
  ])
}

const text = (path: string, content: string, mode = 0o644): CpioEntry => ({ path, kind: 'file', mode, data: Buffer.from(content) })
const copy = (path: string, from: string, mode = 0o755): CpioEntry => ({ path, kind: 'file', mode, data: { from } })

async function programs(): Promise<CpioEntry[]> {
  const found = commands.flatMap((name) => {
    const [from] = globSync(commandPath().map((directory) => join(directory, name)))
    return from === undefined ? [] : [{ name, from: realpathSync(from) }]
  })
  const all = [...found, { name: 'node', from: realpathSync(process.execPath) }]
  const called = globSync(library)
  const { stdout } = await execa('ldd', [...all.map(({ from }) => from), ...called])
  // `libm.so.6 => /lib/…/libm.so.6 (0x…)`, and the loader alone: `/lib64/ld-linux-x86-64.so.2 (0x…)`.
  const libraries = new Set([...called, ...[...stdout.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)].map(([, path = '']) => path)])
  return [
    ...all.map(({ name, from }) => copy(`/usr/bin/${name}`, from)),
    ...[...libraries].map((path) => copy(path, path)),
    ...['sh', 'true'].map((name): CpioEntry => ({ path: `/bin/${name}`, kind: 'link', target: `/usr/bin/${name}` })),
    ...(existsSync(header) ? [copy(header, header)] : []),
  ]
}

function projectFiles(): CpioEntry[] {
  const own = globSync(['package.json', '{src,cli,scripts,test}/**/*'], {
    cwd: root,
    exclude: ['test/fixtures/gate*/**', 'test/unit/**'],
  })
  const objects = globSync('node_modules/.cache/ccdk-fixtures/**/*.bpf.o', { cwd: root })
  const installed = [...packageClosure()].flatMap((name) => globSync(`node_modules/${name}/**/*`, { cwd: root }))
  return [...own, ...objects, ...installed].flatMap((path) => {
    const from = join(root, path)
    const stat = lstatSync(from)
    if (stat.isSymbolicLink()) return [{ path: from, kind: 'link', target: readlinkSync(from) } as const]
    return stat.isFile() ? [copy(from, from, stat.mode & 0o777)] : []
  })
}

function packageClosure(): Set<string> {
  const names = new Set(packages)
  for (const name of names) {
    const file = join(root, 'node_modules', name, 'package.json')
    // One that stands inside another package comes with it.
    if (!existsSync(file)) continue
    const manifest: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(file, 'utf8'))
    for (const dependency of Object.keys(manifest.dependencies ?? {})) names.add(dependency)
  }
  return names
}

function kernelFiles({ root: tree, version }: DebianKernel): CpioEntry[] {
  const directory = `lib/modules/${version}`
  const wanted = [...modules.map((pattern) => `${directory}/kernel/${pattern}`), `${directory}/modules.*`, 'boot/config-*']
  return globSync(wanted, { cwd: tree }).map((path) => copy(`/${path}`, join(tree, path), 0o644))
}
