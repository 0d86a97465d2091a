import { openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export type CpioEntry =
  | { path: string; kind: 'directory' }
  | { path: string; kind: 'link'; target: string }
  | { path: string; kind: 'file'; mode: number; data: Uint8Array | { from: string } }

// ABI: file types, linux/stat.h.
const types = { directory: 0o040_755, link: 0o120_777, file: 0o100_000 } as const

/**
 * Writes an archive as a kernel unpacks it into its first file system: cpio in the form "newc". Directories come by
 * themselves, before what is in them; of entries of one path the first counts.
 *
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function writeCpio(file: string, entries: Iterable<CpioEntry>): void {
  const out = openSync(file, 'w')
  const written = new Set<string>(['/'])
  const write = (path: string, mode: number, data: Uint8Array) => {
    written.add(path)
    writeSync(out, header(written.size, path.slice(1), mode, data.length))
    writeSync(out, data)
    writeSync(out, padding(data.length))
  }
  const makeDirectory = (path: string) => {
    if (written.has(path)) return
    makeDirectory(dirname(path))
    write(path, types.directory, new Uint8Array())
  }
  for (const entry of entries) {
    if (written.has(entry.path)) continue
    makeDirectory(entry.kind === 'directory' ? entry.path : dirname(entry.path))
    if (entry.kind === 'link') write(entry.path, types.link, Buffer.from(entry.target))
    if (entry.kind === 'file') write(entry.path, types.file | entry.mode, bytesOf(entry.data))
  }
  writeSync(out, header(0, 'TRAILER!!!', 0, 0))
}

const bytesOf = (data: Uint8Array | { from: string }): Uint8Array => (data instanceof Uint8Array ? data : readFileSync(data.from))

const padding = (length: number): Uint8Array => new Uint8Array(-length & 3)

// ABI: 13 numbers of 8 digits: inode, mode, uid, gid, links, time, size, four of devices, length of the name, checksum.
function header(inode: number, name: string, mode: number, size: number): Uint8Array {
  const nameSize = Buffer.byteLength(name) + 1
  const numbers = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, nameSize, 0]
  const text = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([Buffer.from(text), padding(Buffer.byteLength(text))])
}
