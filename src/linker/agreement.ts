import { declaration } from '../btf/index.ts'
import { isSameType } from './compatible.ts'
import { isDefinition, type Mention } from './mention.ts'
import { differingField } from './map-definition.ts'

/** Sections of things that the kernel provides, so that no object can. */
const kernelSections: ReadonlySet<string> = new Set(['.ksyms', '.kconfig'])
const mapsSection = '.maps'

/** Checks that two objects mean the same thing by a name. `fail` is called with what `other` should have said. */
export function checkAgreement(meant: Mention, other: Mention, fail: (expected: string, hint?: string) => never): void {
  const { file } = meant.input
  const theirs = kernelSections.has(meant.section) || kernelSections.has(other.section)
  if (theirs && meant.section !== other.section) {
    fail(
      `it to be in the same place as in ${file}: ${place(meant)}, not ${place(other)}`,
      'mark the declarations __ksym or __kconfig in all objects, for what the kernel provides, or in none',
    )
  }
  const isMap = meant.section === mapsSection
  if (isMap !== (other.section === mapsSection)) {
    fail(`it to be in the same place as in ${file}: ${place(meant)}, not ${place(other)}`, 'declare a map extern with SEC(".maps")')
  }
  if (meant.described === undefined || other.described === undefined) {
    const [file_, missing] = meant.described === undefined ? [file, meant] : [other.input.file, other]
    return fail(`a type in the BTF of ${file_}, to compare (${missing.symbol.name} has none)`, 'compile with -g')
  }
  const [left, right] = [meant.input.btf, other.input.btf]
  if (isMap) {
    const field = differingField(left, meant.described, right, other.described)
    if (field !== undefined) fail(`the same map as in ${file}, but their "${field}" differs`)
    return
  }
  if (isSameType({ btf: left, id: meant.described }, { btf: right, id: other.described })) return
  const [wanted, found] = [declaration(left, meant.described, ''), declaration(right, other.described, '')]
  const how = wanted === found ? 'the same members in its types' : `"${wanted}", not "${found}"`
  fail(`the type that it has in ${file}: ${how}`)
}

function place(mention: Mention): string {
  if (mention.section === '') return 'declared in no section'
  return `${isDefinition(mention) ? 'defined' : 'declared'} in ${mention.section}`
}
