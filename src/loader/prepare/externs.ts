import { ObjectError } from '../../errors/index.ts'
import { CODE, type Instructions, PSEUDO } from '../code/instructions.ts'
import type { BpfObject } from '../object.ts'
import { POISON } from '../code/poison.ts'
import type { ModuleBtf } from '../target/kernel-facts.ts'
import type { AssembledProgram, MapFixup } from './assemble.ts'
import type { KernelSymbol } from './ksyms.ts'

/** A program's modules, in the order of the kernel's `fd_array`; index 0 stands for the kernel itself. */
export class ModuleList {
  readonly modules: (ModuleBtf | undefined)[] = [undefined]

  indexOf(module: ModuleBtf | undefined): number {
    const known = this.modules.indexOf(module)
    return known >= 0 ? known : this.modules.push(module) - 1
  }
}

/** Points the program's uses of externs at the kernel's functions, variables and configuration. */
export function bindExterns(
  object: BpfObject,
  program: AssembledProgram,
  symbols: ReadonlyMap<string, KernelSymbol | null>,
  modules: ModuleList,
): MapFixup[] {
  const specs = new Map(object.externs.map((extern) => [extern.name, extern]))
  const configMap = object.maps.find((map) => map.origin === 'kconfig')?.name ?? ''
  const fixups: MapFixup[] = []
  for (const { at, name } of program.externs) {
    const spec = specs.get(name)
    const insns = program.instructions
    if (spec?.kind === 'kconfig') fixups.push({ at, map: configMap, offset: spec.offset + insns.imm(at) })
    else if (insns.code(at) === CODE.CALL) bindCall(insns, at, symbols.get(name) ?? null, object, name, modules)
    else bindAddress(insns, at, symbols.get(name) ?? null, modules)
  }
  return fixups
}

function bindCall(
  insns: Instructions,
  at: number,
  symbol: KernelSymbol | null,
  object: BpfObject,
  name: string,
  modules: ModuleList,
): void {
  // A function always has a type, so that it is never found by its address alone.
  if (symbol === null || 'address' in symbol) {
    insns.setSrc(at, 0)
    insns.setOff(at, 0)
    insns.setImm(at, POISON.FUNCTION + object.externs.findIndex((extern) => extern.name === name))
    return
  }
  const index = modules.indexOf(symbol.module)
  if (index > 0x7fff) throw new ObjectError({ file: object.file, path: `extern ${name}`, expected: 'fewer modules' })
  insns.setSrc(at, PSEUDO.KFUNC_CALL)
  insns.setOff(at, index)
  insns.setImm(at, symbol.id)
}

/** The address of a kernel variable or function, or zero when it is missing, which the program may test. */
function bindAddress(insns: Instructions, at: number, symbol: KernelSymbol | null, modules: ModuleList): void {
  if (symbol !== null && 'id' in symbol) {
    insns.setSrc(at, PSEUDO.BTF_ID)
    insns.setImm(at, symbol.id)
    // The loader replaces the module's index by its handle; 0 stands for the kernel.
    insns.setImm(at + 1, modules.indexOf(symbol.module))
    return
  }
  const address = symbol?.address ?? 0n
  insns.setSrc(at, 0)
  insns.setImm(at, Number(BigInt.asIntN(32, address)))
  insns.setImm(at + 1, Number(BigInt.asIntN(32, address >> 32n)))
}
