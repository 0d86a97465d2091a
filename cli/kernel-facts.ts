import { type KernelFacts, readKernelTypes } from '../src/loader/index.ts'
import { readInput } from './read-input.ts'

/** The running kernel's facts, or those that a BTF file holds: types, and neither modules nor configuration. */
export async function kernelFacts(btfFile: string | undefined): Promise<KernelFacts> {
  if (btfFile === undefined) {
    const { LinuxTarget } = await import('../src/kernel/index.ts')
    return new LinuxTarget()
  }
  const btf = readKernelTypes(readInput(btfFile), btfFile)
  return {
    name: btfFile,
    kernelBtf: () => btf,
    moduleBtfs: () => [],
    kernelConfig: () => undefined,
    kernelVersion: () => 0,
    symbolAddress: () => undefined,
    typesOnly: true,
  }
}
