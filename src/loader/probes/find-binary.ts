import { accessSync, constants, statSync } from 'node:fs'

const triplets: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  loong64: 'loongarch64-linux-gnu',
  s390x: 's390x-linux-gnu',
  ppc64: 'powerpc64le-linux-gnu',
}

const isLibrary = (name: string): boolean => /\.so($|\.)/.test(name)

/** Where programs, or libraries, are looked for: first where the environment says. */
function directories(library: boolean): string[] {
  const triplet = triplets[process.arch]
  const multiarch = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`]
  const [said, standard] = library
    ? [process.env['LD_LIBRARY_PATH'], ['/usr/local/lib', ...multiarch, '/lib64', '/usr/lib64', '/lib', '/usr/lib']]
    : [process.env['PATH'], ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/bin', '/sbin']]
  return [...(said ?? '').split(':').filter((directory) => directory !== ''), ...standard]
}

/**
 * The path of a program or library. What has a slash is a path; a bare name is looked for in PATH, and that of a library
 * (`libc.so.6`) in LD_LIBRARY_PATH and the standard directories. Undefined when there is none that can be read and run.
 */
export function findBinary(name: string): string | undefined {
  const library = isLibrary(name)
  if (name.includes('/')) return isReadable(name, constants.R_OK) ? name : undefined
  const mode = library ? constants.R_OK : constants.R_OK | constants.X_OK
  return directories(library)
    .map((directory) => `${directory}/${name}`)
    .find((path) => isReadable(path, mode))
}

function isReadable(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
