import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { release, version } from 'node:os'
import { type Btf, parseBtf } from '../../btf/index.ts'
import { UnsupportedKernelError } from '../../errors/index.ts'
import { versionCode } from '../../kernel-image/index.ts'
import { fileCall } from '../errno.ts'
import { Mapping } from '../mapping.ts'

const btfDirectory = '/sys/kernel/btf'

let kernel: Btf | undefined

/**
 * The types of the running kernel. They are read once and stay mapped while the process lives: it is the kernel's own
 * memory, and nothing of it is copied.
 */
export function runningKernelBtf(): Btf {
  kernel ??= parseBtf(readWhole(`${btfDirectory}/vmlinux`), { file: `${btfDirectory}/vmlinux` })
  return kernel
}

function readWhole(file: string): Uint8Array {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (cause) {
    throw new UnsupportedKernelError({
      feature: `type information in ${file}`,
      since: '5.4',
      config: 'CONFIG_DEBUG_INFO_BTF',
      hint: 'give the BTF of this kernel as a file with --btf, if you have it',
      cause,
    })
  }
  try {
    // Kernels before 6.16 do not map it, and reading takes four times as long.
    return new Mapping(fd, fstatSync(fd).size, file).bytes
  } catch {
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * What `make` makes of the types of each module that is loaded now, in the order of their names; of those that have been
 * there since `known` was made it is what stands there. A module without BTF is left out.
 */
export function runningModules<T>(known: ReadonlyMap<string, T>, make: (name: string, btf: Btf) => T, directory = btfDirectory): Map<string, T> {
  const base = runningKernelBtf()
  // One may be unloaded meanwhile.
  const read = <Read>(call: () => Read): Read => fileCall({ doing: 'reading the types of modules', syscall: 'read' }, call)
  const names = read(() => readdirSync(directory)).filter((name) => name !== 'vmlinux')
  return new Map(
    names.toSorted().map((name) => {
      const file = `${directory}/${name}`
      // One that is loaded again may have other types, and has another file.
      const key = `${name} ${read(() => statSync(file)).ino}`
      return [key, known.get(key) ?? make(name, parseBtf(read(() => readFileSync(file)), { file, base }))]
    }),
  )
}

interface ConfigText {
  text: string
  file: string
}

let config: { found: ConfigText | undefined } | undefined

/** The text of the running kernel's `.config`, or undefined when it is kept nowhere that can be read. Read once. */
export const runningConfig = (): string | undefined => foundConfig()?.text

/** The file that it was read from. */
export const runningConfigSource = (): string | undefined => foundConfig()?.file

function foundConfig(): ConfigText | undefined {
  config ??= { found: readConfig() }
  return config.found
}

function readConfig(): ConfigText | undefined {
  // Loaded when it is needed, which it seldom is.
  const gunzip = (bytes: Uint8Array) => process.getBuiltinModule('node:zlib').gunzipSync(bytes)
  for (const file of ['/proc/config.gz', `/boot/config-${release()}`, `/lib/modules/${release()}/config`]) {
    try {
      const bytes = readFileSync(file)
      return { file, text: (file.endsWith('.gz') ? gunzip(bytes) : bytes).toString() }
    } catch {
      // The next place may have it.
    }
  }
  return undefined
}

/** As LINUX_VERSION_CODE. */
export const runningVersion = (): number => versionCode(`${release()} ${version()}`)
