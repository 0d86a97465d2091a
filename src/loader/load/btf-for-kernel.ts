import { type Btf, BtfEditor, type BtfType, elementWord, KIND, makeInfo } from '../../btf/index.ts'
import type { ElfSection } from '../../elf/index.ts'
import type { BpfObject } from '../object.ts'

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
  for (const code of object.functions) {
    const func = code.hidden ? btf.find(code.name, 'func') : undefined
    if (func !== undefined) editor.set(func, 1, makeInfo(KIND.FUNC, LINKAGE.STATIC))
  }
  return editor.encode()
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
    object.elf.symbols.filter((symbol) => symbol.section === section.index).map((symbol) => [symbol.name, symbol]),
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
