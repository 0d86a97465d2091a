import { readFileSync } from 'node:fs'
import { type ElfFile, type ElfSegment, ET, parseElf } from '../../elf/index.ts'
import { findBinary } from './find-binary.ts'
import type { ProbeRequest } from './options.ts'

/** A program or library that is probed. */
export interface Binary {
  path: string
  elf: ElfFile
}

/** Finds a binary without reading it. */
export const pathOf = (name: string, { fail }: ProbeRequest): string =>
  findBinary(name) ??
  fail(
    name.includes('/') ? `there is no file ${name} that can be read` : `there is no ${name} where programs and libraries are looked for`,
    'give the whole path of the program or library',
  )

export function openBinary(name: string, request: ProbeRequest): Binary {
  const path = pathOf(name, request)
  const elf = parseElf(readFileSync(path), path)
  if (elf.type === ET.EXEC || elf.type === ET.DYN) return { path, elf }
  return request.fail(`${path} is neither a program nor a library`, 'an object file or an archive cannot be run, nor probed')
}

/** The segment that has an address, as long as the file has bytes for it. */
export const segmentAt = ({ segments }: ElfFile, address: bigint): ElfSegment | undefined =>
  segments.find((segment) => address >= segment.address && address < segment.address + segment.fileSize)

/** Where in the file something stands that has an address when it is not moved. */
export function fileOffset(elf: ElfFile, address: bigint): bigint | undefined {
  const segment = segmentAt(elf, address)
  return segment === undefined ? undefined : address - segment.address + segment.offset
}
