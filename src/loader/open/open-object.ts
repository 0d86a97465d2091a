import { basename } from 'node:path'
import { zeroTerminated } from '../../bytes/index.ts'
import { type Btf, type BtfExt, parseBtf, parseBtfExt } from '../../btf/index.ts'
import { type ElfFile, EM_BPF, ET_REL, parseElf } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { BpfObject } from '../object.ts'
import { placeArenaGlobals } from './arena-globals.ts'
import { readDataMaps } from './data-maps.ts'
import { readExterns } from './externs.ts'
import { readFunctions } from './functions.ts'
import { readMapDefinitions } from './map-definitions.ts'
import type { OpenOptions } from './options.ts'
import { readPrograms } from './programs.ts'
import { readReferences } from './references.ts'
import { readStructOps } from './struct-ops.ts'

/**
 * Reads a BPF object file. It needs no kernel and no privilege. The bytes are kept and must not change.
 * Throws an `ObjectError` that names the place in the file.
 */
export function openObject(bytes: Uint8Array, file: string, { sections }: OpenOptions = {}): BpfObject {
  const elf = parseElf(bytes, file)
  const compile = 'compile it with clang -O2 -g --target=bpf -c'
  if (elf.machine !== EM_BPF || elf.type !== ET_REL) {
    const found = `an ELF file of type ${elf.type} for machine ${elf.machine}`
    throw new ObjectError({ file, path: 'header', expected: `a BPF object (type 1, machine 247), not ${found}`, hint: compile })
  }
  const btf = readTypes(elf)
  const functions = readFunctions(elf, btf.btf, btf.ext)
  const externs = readExterns(elf, btf.btf)
  const name = basename(file).split('.')[0] ?? ''
  const arena = placeArenaGlobals(elf, btf.btf, readMapDefinitions(elf, btf.btf))
  const maps = [...arena.maps, ...readDataMaps(elf, btf.btf, name, externs)]
  const programs = readPrograms(elf, functions, sections)
  const structOps = readStructOps(elf, btf.btf, programs)
  // The registers' order in an instruction depends on the byte order, and only little-endian code can be loaded.
  if (elf.littleEndian) readReferences(elf, functions, [...maps, ...arena.globals], externs)
  return {
    file,
    name,
    elf,
    btf: btf.btf,
    ext: btf.ext,
    license: zeroTerminated(elf.section('license')?.data ?? new Uint8Array(1), 0) ?? '',
    functions,
    programs,
    maps: maps.map(({ spec }) => spec),
    structOps,
    externs,
  }
}

function readTypes(elf: ElfFile): { btf: Btf; ext: BtfExt } {
  const { file, littleEndian } = elf
  const types = elf.section('.BTF')
  if (types === undefined) {
    throw new ObjectError({
      file,
      path: '.BTF',
      expected: 'the object has no BTF, and without it nothing in it can be matched with a kernel',
      hint: 'compile it with -g, and strip it, if at all, with llvm-strip -g, which keeps .BTF',
    })
  }
  const ext = elf.section('.BTF.ext')
  return {
    btf: parseBtf(types.data, { file, path: '.BTF' }),
    ext:
      ext === undefined
        ? { funcInfo: [], lineInfo: [], coreRelos: [] }
        : parseBtfExt(ext.data, { file, path: '.BTF.ext', littleEndian }),
  }
}
