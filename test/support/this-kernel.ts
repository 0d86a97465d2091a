import { readdirSync, readFileSync } from 'node:fs'
import { type Btf, parseBtf } from '../../src/btf/index.ts'
import type { KernelFacts } from '../../src/loader/index.ts'

const directory = '/sys/kernel/btf'

let btf: Btf | undefined

/** The types of the running kernel. A test file that calls this names `needs.structOps`. */
export function thisKernelsBtf(): Btf {
  btf ??= parseBtf(readFileSync(`${directory}/vmlinux`), { file: `${directory}/vmlinux` })
  return btf
}

/** A kernel of some types, without modules. */
export function kernelOf(types: Btf, { config = 'CONFIG_HZ=250\n', version = 0x06_12_00 } = {}): KernelFacts {
  return {
    name: types.file,
    kernelBtf: () => types,
    moduleBtfs: () => [],
    kernelConfig: () => config,
    kernelVersion: () => version,
    symbolAddress: () => undefined,
  }
}

/** The running kernel as an object is bound to it, but for its options and version, which a test may choose. */
export function thisKernel(options: { config?: string; version?: number } = {}): KernelFacts {
  return {
    ...kernelOf(thisKernelsBtf(), options),
    moduleBtfs: () =>
      readdirSync(directory)
        .filter((name) => name !== 'vmlinux')
        .map((name) => ({
          name,
          btf: parseBtf(readFileSync(`${directory}/${name}`), { file: name, base: thisKernelsBtf() }),
          handle: () => {
            throw new Error('nothing is created here')
          },
        })),
  }
}
