import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

const cache = join(import.meta.dirname, '../../../node_modules/.cache/ccdk-kernels')

/** The kernels that are booted: what Debian 12 has, and the one that it offers beside it. */
export const releases = ['6.1', '6.12'] as const
export type Release = (typeof releases)[number]

export interface DebianKernel {
  /** As `uname -r` says it. */
  readonly version: string
  readonly image: string
  /** The directory with its `.config` and its modules, as they are installed. */
  readonly root: string
}

/**
 * The newest kernel of a release that this machine's Debian offers, in the flavour for virtual machines. It is
 * downloaded once and unpacked beside the project, and nothing is installed. A test file that calls this names
 * `needs.vm`.
 */
export async function debianKernel(release: Release): Promise<DebianKernel> {
  const root = newest(globSync(`linux-image-${release}.*`, { cwd: cache })) ?? (await download(release))
  const directory = join(cache, root)
  const [image = ''] = globSync('boot/vmlinuz-*', { cwd: directory })
  return { version: image.replace('boot/vmlinuz-', ''), image: join(directory, image), root: directory }
}

async function download(release: Release): Promise<string> {
  const pattern = `^linux-image-${release.replaceAll('.', String.raw`\.`)}[.].*-cloud-amd64(-unsigned)?$`
  const { stdout } = await execa('apt-cache', ['search', '--names-only', pattern])
  const name = newest(stdout.split('\n').map((line) => line.split(' ', 1)[0] ?? ''))
  if (name === undefined) throw new Error(`Debian offers no package ${pattern}: run apt-get update`)
  await mkdir(cache, { recursive: true })
  const unfinished = await mkdtemp(join(cache, 'unpacking-'))
  try {
    await execa('apt-get', ['-q', 'download', name], { cwd: unfinished })
    const [archive = ''] = globSync('*.deb', { cwd: unfinished })
    const tree = join(unfinished, 'tree')
    await execa('dpkg-deb', ['--extract', join(unfinished, archive), tree])
    const [version = ''] = globSync('*', { cwd: join(tree, 'lib/modules') })
    // What a package does when it is installed: without it modprobe knows no dependencies.
    await execa('depmod', ['--basedir', tree, version])
    await rename(tree, join(cache, name))
  } catch (error) {
    if (!existsSync(join(cache, name))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return name
}

function newest(names: readonly string[]): string | undefined {
  const byNumber = new Intl.Collator('en', { numeric: true })
  return names.filter((name) => name !== '').toSorted(byNumber.compare).at(-1)
}
