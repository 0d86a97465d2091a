import { type ElfFile, STB, STT } from '../../elf/index.ts'
import { fileOffset } from './binary.ts'

/** A function of a program or library. */
interface FunctionSymbol {
  name: string
  /** `GLIBC_2.14`, where it has one. */
  version: string | undefined
  /** Of several versions the one that is linked today. */
  isDefault: boolean
  weak: boolean
  /** Of its first instruction in the file, bytes. */
  offset: bigint
}

/** The functions that stand in a file, of both of its symbol tables: a function may be in there twice. */
export function functionsOf(elf: ElfFile): FunctionSymbol[] {
  const versions = elf.dynamicVersions
  // The full table has versions in the names themselves.
  const full = elf.symbols.map((symbol) => {
    const [name = '', version] = symbol.name.split(/@@?/)
    return { symbol, name, version, isDefault: version === undefined || symbol.name.includes('@@') }
  })
  const dynamic = elf.dynamicSymbols.map((symbol) => {
    const version = versions[symbol.index]
    return { symbol, name: symbol.name, version: version?.name, isDefault: version?.isDefault ?? true }
  })
  return [...dynamic, ...full].flatMap(({ symbol, name, version, isDefault }) => {
    if (symbol.type !== STT.FUNC || symbol.section === 0 || name === '') return []
    const offset = fileOffset(elf, BigInt(symbol.value))
    return offset === undefined ? [] : [{ name, version, isDefault, weak: symbol.binding === STB.WEAK, offset }]
  })
}

/**
 * Where a function begins in its file, bytes. `name@VERSION` and `name@@VERSION` ask for one version of several. Several
 * places mean that the name says too little: static functions of one name, or versions of which none is the default.
 */
function functionOffsets(functions: readonly FunctionSymbol[], wanted: string): bigint[] {
  const [name, version] = wanted.split(/@@?/)
  const named = functions.filter((symbol) => symbol.name === name && (version === undefined || symbol.version === version))
  const current = named.filter(({ isDefault }) => version !== undefined || isDefault)
  const eligible = current.length > 0 ? current : named
  const strong = eligible.filter(({ weak }) => !weak)
  return [...new Set((strong.length > 0 ? strong : eligible).map(({ offset }) => offset))]
}

/** The one place of a function. */
export function functionOffset(
  elf: ElfFile,
  functions: readonly FunctionSymbol[],
  wanted: string,
  fail: (why: string, hint: string) => never,
): bigint {
  const [offset, ...others] = functionOffsets(functions, wanted)
  if (offset === undefined) {
    return fail(`${elf.file} has no function "${wanted}"`, 'a file without symbols needs the place in the file as a number')
  }
  if (others.length > 0) {
    const places = [offset, ...others].map((place) => `0x${place.toString(16)}`).join(', ')
    return fail(`${elf.file} has several functions "${wanted}"`, `give the version, as NAME@VERSION, or a place in the file: ${places}`)
  }
  return offset
}
