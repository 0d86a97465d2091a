import { alignOf, type Btf, sizeOf } from '../../btf/index.ts'
import { type ElfFile, SHN, STB } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { ExternSpec } from '../object.ts'

/** What the object declares as `extern` and the kernel has to provide, by the data section that BTF puts it in. */
export function readExterns(elf: ElfFile, btf: Btf): ExternSpec[] {
  const undefinedSymbols = elf.symbols.filter((symbol) => symbol.section === SHN.UNDEF && symbol.name !== '')
  const sections = undefinedSymbols.length === 0 ? new Map<number, string>() : sectionsOfVariables(btf)
  const found = undefinedSymbols.map(({ name, binding }): ExternSpec => {
    const fail = (expected: string, hint?: string): never => {
      throw new ObjectError({ file: elf.file, path: `extern ${name}`, expected, ...(hint === undefined ? {} : { hint }) })
    }
    const weak = binding === STB.WEAK
    // A static variable or function of another source may have the name as well.
    const declared = [...btf.named(name)].find((id) => isExternSection(sections.get(id))) ?? btf.find(name, 'var', 'func')
    if (declared === undefined) return fail('a declaration in BTF', 'declare it extern, and compile with -g')
    const type = btf.type(declared)
    const section = sections.get(declared)
    if (section === '.kconfig' && type.kind === 'var') {
      const size = sizeOf(btf, type.type)
      if (size === 0) fail('a type that holds a value, but it has no bytes')
      return { kind: 'kconfig', name, type: type.type, size, offset: 0, weak }
    }
    if (section === '.ksyms' && type.kind === 'func') return { kind: 'kfunc', name, type: type.type, weak }
    if (section === '.ksyms' && type.kind === 'var') {
      const untyped = btf.resolved(type.type).kind === 'void'
      return { kind: 'ksym', name, type: untyped ? 0 : type.type, weak }
    }
    return fail(
      `a place to look for it, but it is in section ${section === undefined ? 'none' : `"${section}"`}`,
      'mark it __kconfig for a kernel option or __ksym for a function or variable of the kernel',
    )
  })
  return layOutConfig(found, btf)
}

const isExternSection = (section: string | undefined): boolean => section === '.kconfig' || section === '.ksyms'

/** The data section that lists each variable or function. */
function sectionsOfVariables(btf: Btf): Map<number, string> {
  const sections = new Map<number, string>()
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    if (btf.kind(id) !== 'datasec') continue
    const section = btf.type(id)
    if (section.kind !== 'datasec') continue
    for (const variable of section.variables) sections.set(variable.type, section.name)
  }
  return sections
}

/**
 * Gives the configuration values their places in one map value: by alignment, largest first, then by size and name, so
 * that the same object always gets the same layout, which is also libbpf's.
 */
function layOutConfig(externs: readonly ExternSpec[], btf: Btf): ExternSpec[] {
  let end = 0
  const places = new Map<string, number>()
  const ordered = externs
    .flatMap((extern) => (extern.kind === 'kconfig' ? [{ ...extern, align: alignOf(btf, extern.type) }] : []))
    .toSorted((left, right) => right.align - left.align || left.size - right.size || (left.name < right.name ? -1 : 1))
  for (const { name, align, size } of ordered) {
    const offset = Math.ceil(end / align) * align
    places.set(name, offset)
    end = offset + size
  }
  return externs.map((extern) =>
    extern.kind === 'kconfig' ? { ...extern, offset: places.get(extern.name) ?? 0 } : extern,
  )
}
