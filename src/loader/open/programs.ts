import { type ElfFile, STB, STT } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { FunctionSpec, ProgramSpec } from '../object.ts'
import type { OpenOptions } from './options.ts'
import { sectionKind } from '../sections/section-names.ts'

/** The functions that the kernel calls: those outside `.text`, which holds what programs call. */
export function readPrograms(
  elf: ElfFile,
  functions: readonly FunctionSpec[],
  sections: OpenOptions['sections'] = () => undefined,
): ProgramSpec[] {
  const locals = new Set(
    elf.symbols
      .filter((symbol) => symbol.type === STT.FUNC && symbol.binding === STB.LOCAL)
      .map((symbol) => `${symbol.section}:${symbol.value}`),
  )
  return functions
    .filter((code) => code.section !== '.text')
    .map((code) => {
      if (locals.has(`${code.sectionIndex}:${code.offset}`)) {
        throw new ObjectError({
          file: elf.file,
          path: `${code.section}/${code.name}`,
          expected: 'a program that is not static',
          hint: 'drop "static", or drop its SEC() if it is only called by other programs',
        })
      }
      const optional = code.section.startsWith('?')
      const name = optional ? code.section.slice(1) : code.section
      const kind = sections(name) ?? sectionKind(name)
      return { name: code.name, code, kind, autoload: !optional }
    })
}
