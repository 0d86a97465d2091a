import { type Btf, type BtfExt, parseBtf, parseBtfExt } from '../btf/index.ts'
import { type ElfFile, type ElfSymbol, EM_BPF, ET_REL, parseElf } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'
import { InputStrings } from './input-strings.ts'

// ABI: BTF_VAR_* and BTF_FUNC_*, linux/btf.h.
export const LINKAGE = { STATIC: 0, GLOBAL: 1, EXTERN: 2 } as const

/** One of the objects that are linked. */
export interface LinkInput {
  /** As the caller named it. */
  readonly file: string
  readonly elf: ElfFile
  readonly btf: Btf
  /** The strings of `btf`, which `ext` uses too. */
  readonly strings: InputStrings
  readonly ext: BtfExt
  /** The section that BTF says each variable or function is in, by its id. Externs have one too: `.ksyms`, `.maps`. */
  readonly declaredIn: ReadonlyMap<number, string>
}

/** Reads an object that is to be linked. Throws an `ObjectError` for one that is damaged or no BPF object. */
export function readInput(bytes: Uint8Array, file: string): LinkInput {
  const elf = parseElf(bytes, file)
  const fail = (path: string, expected: string, hint: string): never => {
    throw new ObjectError({ file, path, expected, hint })
  }
  const compile = 'compile it with clang -O2 -g --target=bpf -c'
  if (elf.machine !== EM_BPF || elf.type !== ET_REL) {
    const found = `an ELF file of type ${elf.type} for machine ${elf.machine}`
    return fail('header', `a BPF object (type 1, machine 247), not ${found}`, compile)
  }
  const types = elf.section('.BTF')
  if (types === undefined) return fail('.BTF', 'the object has no BTF, which says what its names stand for', compile)
  const btf = parseBtf(types.data, { file, path: '.BTF' })
  const ext = elf.section('.BTF.ext')
  const { littleEndian } = elf
  return {
    file,
    elf,
    btf,
    strings: new InputStrings(btf),
    ext:
      ext === undefined
        ? { funcInfo: [], lineInfo: [], coreRelos: [] }
        : parseBtfExt(ext.data, { file, path: '.BTF.ext', littleEndian }),
    declaredIn: sectionsOfVariables(btf),
  }
}

function sectionsOfVariables(btf: Btf): Map<number, string> {
  const sections = new Map<number, string>()
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.kind(id) === 'datasec' ? btf.type(id) : undefined
    if (type?.kind !== 'datasec') continue
    for (const variable of type.variables) sections.set(variable.type, type.name)
  }
  return sections
}

/** The variable or function in BTF that describes a symbol which other objects can see. */
export function describedBy({ btf }: LinkInput, { name }: ElfSymbol): number | undefined {
  for (const id of btf.named(name)) {
    const type = btf.type(id)
    if ((type.kind === 'var' || type.kind === 'func') && type.linkage !== LINKAGE.STATIC) return id
  }
  return undefined
}
