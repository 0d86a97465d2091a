import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type KernelImage, readKernelImage, readModule } from '../../src/kernel-image/index.ts'
import type { KernelFacts, ModuleBtf } from '../../src/loader/index.ts'
import { readInput } from './read-input.ts'

/**
 * The running kernel's facts, or those that a file holds: types, perhaps the version and the configuration, and no
 * addresses. Of its modules those of TCP are looked at, where they are installed beside it.
 */
export async function kernelFacts(file: string | undefined): Promise<FactsAndModules> {
  if (file === undefined) {
    const { LinuxTarget } = await import('../../src/kernel/index.ts')
    return { facts: new LinuxTarget() }
  }
  const image = await readKernelImage(readInput(file), file)
  const config = image.config ?? configBeside(file, image)
  const facts: KernelFacts = {
    name: image.release === null ? file : `Linux ${image.release}`,
    kernelBtf: () => image.btf,
    moduleBtfs: () => [],
    kernelConfig: () => config,
    kernelVersion: () => image.version,
    symbolAddress: () => undefined,
    unknown: ['addresses', 'modules', ...(config === undefined ? (['configuration'] as const) : [])],
  }
  const withModules = async () => {
    const modules = await modulesBeside(file, image)
    return { ...facts, moduleBtfs: () => modules }
  }
  return { facts, withModules }
}

interface FactsAndModules {
  facts: KernelFacts
  /** The same with modules. To unpack them may take as long as the kernel itself, and few objects need them. */
  withModules?: () => Promise<KernelFacts>
}

/** Where distributions put it: /boot/config-VERSION beside /boot/vmlinuz-VERSION. */
function configBeside(file: string, { release }: KernelImage): string | undefined {
  const suffixes = [basename(file).replace(/^[^-]*-/, ''), ...(release === null ? [] : [release])]
  const found = suffixes.map((suffix) => join(dirname(file), `config-${suffix}`)).find((path) => existsSync(path))
  return found === undefined ? undefined : readFileSync(found, 'utf8')
}

/** Algorithms that are modules have functions for BPF: /lib/modules/VERSION beside /boot. */
async function modulesBeside(file: string, { release, btf }: KernelImage): Promise<ModuleBtf[]> {
  if (release === null) return []
  const directory = join(dirname(file), '../lib/modules', release, 'kernel/net/ipv4')
  const found: ModuleBtf[] = []
  for (const name of globSync('tcp_*.ko*', { cwd: directory }).toSorted()) {
    const path = join(directory, name)
    const types = await readModule(readInput(path), path, btf)
    if (types !== undefined) found.push({ name: name.replace(/\.ko.*$/, ''), btf: types, handle: neverLoaded })
  }
  return found
}

const neverLoaded = (): never => {
  throw new Error('a kernel that is known from a file loads nothing')
}
