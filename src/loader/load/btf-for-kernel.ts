import { type Btf, BtfEditor, type BtfType, elementWord, KIND, makeInfo } from '../../btf/index.ts'
import { type ElfSection, STB } from '../../elf/index.ts'
import type { BpfObject } from '../object.ts'
import { FunctionPlaces } from '../open/function-places.ts'

// ABI: BTF_VAR_* and BTF_FUNC_*, linux/btf.h.
const LINKAGE = { STATIC: 0, GLOBAL: 1 } as const

type Datasec = Extract<BtfType, { variables: unknown }>

/**
 * The object's BTF as a kernel accepts it. The compiler leaves the places of variables to the linker, and a kernel
 * knows no externs, so both are written in here.
 */
export function btfForKernel(object: BpfObject): Uint8Array {
  const { btf, elf } = object
  const editor = new BtfEditor(btf)
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    if (btf.kind(id) !== 'datasec') continue
    const datasec = btf.type(id)
    if (datasec.kind !== 'datasec') continue
    if (datasec.name === '.ksyms') declareSymbols(btf, editor, datasec)
    else if (datasec.name === '.kconfig') placeConfig(object, editor, datasec)
    else placeVariables(object, editor, datasec, elf.section(datasec.name))
  }
  for (const func of hiddenFunctions(object)) {
    if (btf.kind(func) === 'func') editor.set(func, 1, makeInfo(KIND.FUNC, LINKAGE.STATIC))
  }
  return editor.encode()
}

/** The types of functions that are not visible to other objects. A name may be that of a static function as well. */
function hiddenFunctions(object: BpfObject): number[] {
  const hidden = new Set(object.functions.filter((code) => code.hidden))
  if (hidden.size === 0) return []
  const { btf, ext } = object
  const places = new FunctionPlaces(object.functions)
  const sections = new Map(object.functions.map((code) => [code.section, code.sectionIndex] as const).toReversed())
  const found: number[] = []
  for (const { nameOffset, words, recordSize, count } of ext.funcInfo) {
    const section = sections.get(btf.string(nameOffset, 0))
    if (section === undefined) continue
    for (let index = 0; index < count; index += 1) {
      // ABI: struct bpf_func_info, linux/bpf.h: insn_off, type_id.
      const [offset = 0, type = 0] = words.subarray((index * recordSize) / 4)
      const code = places.startingAt(section, offset)
      if (code !== undefined && hidden.delete(code)) found.push(type)
    }
  }
  // An object without such records has the names alone.
  return [...found, ...[...hidden].flatMap(({ name }) => btf.find(name, 'func') ?? [])]
}

interface Place {
  type: number
  offset: number
  size: number
}

/** Writes the variables of a section, in the order of their places as the kernel demands. */
function writePlaces(editor: BtfEditor, datasec: Datasec, places: readonly Place[], size: number): void {
  editor.set(datasec.id, 2, size)
  for (const [index, place] of places.toSorted((left, right) => left.offset - right.offset).entries()) {
    const at = elementWord(index, 3)
    editor.set(datasec.id, at, place.type)
    editor.set(datasec.id, at + 1, place.offset)
    editor.set(datasec.id, at + 2, place.size)
  }
}

function placeVariables(object: BpfObject, editor: BtfEditor, datasec: Datasec, section: ElfSection | undefined): void {
  if (section === undefined) return
  const symbols = new Map(
    // A static one may have the name of another.
    object.elf.symbols.filter((symbol) => symbol.section === section.index && symbol.binding !== STB.LOCAL).map((symbol) => [symbol.name, symbol]),
  )
  const places = datasec.variables.map((variable) => {
    const target = object.btf.type(variable.type)
    const symbol = symbols.get(target.name)
    // The compiler knows the places of static variables, and their symbols may be missing.
    if (target.kind !== 'var' || target.linkage === LINKAGE.STATIC || symbol === undefined) return variable
    if (symbol.visibility !== 0) editor.set(target.id, 3, LINKAGE.STATIC)
    return { ...variable, offset: symbol.value }
  })
  writePlaces(editor, datasec, places, section.size)
}

function placeConfig(object: BpfObject, editor: BtfEditor, datasec: Datasec): void {
  const externs = new Map(object.externs.map((extern) => [extern.name, extern]))
  let size = 0
  const places = datasec.variables.map((variable) => {
    editor.set(variable.type, 3, LINKAGE.GLOBAL)
    const extern = externs.get(object.btf.name(variable.type))
    if (extern?.kind !== 'kconfig') return variable
    size = Math.max(size, extern.offset + extern.size)
    return { type: variable.type, offset: extern.offset, size: extern.size }
  })
  writePlaces(editor, datasec, places, size)
}

/** A kernel's section holds only variables, so each function is replaced by one, and all take four bytes in a row. */
function declareSymbols(btf: Btf, editor: BtfEditor, datasec: Datasec): void {
  const int = findInt(btf) ?? editor.addType(editor.addString('int'), makeInfo(KIND.INT), 4, (1 << 24) | 32)
  const hasFunctions = datasec.variables.some((variable) => btf.kind(variable.type) === 'func')
  const stand = hasFunctions ? editor.addType(editor.addString('dummy_ksym'), makeInfo(KIND.VAR), int, LINKAGE.GLOBAL) : 0
  const places = datasec.variables.map((variable, index) => {
    const target = btf.type(variable.type)
    const place = { type: variable.type, offset: index * 4, size: 4 }
    if (target.kind === 'var') {
      editor.set(target.id, 2, int)
      editor.set(target.id, 3, LINKAGE.GLOBAL)
    } else if (target.kind === 'func') {
      editor.set(target.id, 1, makeInfo(KIND.FUNC, LINKAGE.GLOBAL))
      nameParameters(btf, editor, target.type)
      place.type = stand
    }
    return place
  })
  writePlaces(editor, datasec, places, places.length * 4)
}

/** Any integer of four bytes: only the size counts. */
function findInt(btf: Btf): number | undefined {
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.kind(id) === 'int' ? btf.type(id) : undefined
    if (type?.kind === 'int' && type.bits === 32) return id
  }
  return undefined
}

/** The kernel takes a function only when all its parameters have names. */
function nameParameters(btf: Btf, editor: BtfEditor, prototype: number): void {
  const type = btf.type(prototype)
  if (type.kind !== 'func_proto') return
  for (const [index, param] of type.params.entries()) {
    if (param.name === '' && param.type !== 0) editor.set(prototype, elementWord(index, 2), editor.addString('dummy_ksym'))
  }
}
