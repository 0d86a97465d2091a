import { gunzipSync } from 'node:zlib'

/** Of a kernel's own text, what it is called: `Linux version 6.1.0-56-cloud-amd64 (…) … Debian 6.1.192-2 (2026-11-16)`. */
export function bannerIn(kernel: Buffer): string | null {
  const start = 'Linux version '
  for (let at = kernel.indexOf(start); at >= 0; at = kernel.indexOf(start, at + 1)) {
    const text = kernel.toString('latin1', at + start.length, at + start.length + longestBanner)
    // The same words stand before a %s elsewhere.
    const [banner] = /^\d[^\n\0]*/.exec(text) ?? []
    if (banner !== undefined) return banner
  }
  return null
}

const longestBanner = 512
/** More than any configuration has. */
const longestConfig = 4 * 2 ** 20

/** ABI: kernel/configs.c: the configuration of a kernel with CONFIG_IKCONFIG, as gzip between two marks. */
export function configIn(kernel: Buffer): string | undefined {
  const start = 'IKCFG_ST'
  const at = kernel.indexOf(start)
  const end = kernel.indexOf('IKCFG_ED', at)
  if (at < 0 || end < 0) return undefined
  try {
    return gunzipSync(kernel.subarray(at + start.length, end), { maxOutputLength: longestConfig }).toString()
  } catch {
    // A kernel has more important things to tell.
    return undefined
  }
}

/**
 * As LINUX_VERSION_CODE: major << 16 | minor << 8 | patch; 0 for what is no version. Debian's release has no patch level,
 * which stands further behind.
 */
export function versionCode(banner: string): number {
  const text = /Debian (\d+\.\d+\.\d+)/.exec(banner)?.[1] ?? banner
  const [, major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).map(Number)
  return (major << 16) | (minor << 8) | Math.min(patch || 0, 255)
}
