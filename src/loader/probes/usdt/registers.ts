import { EM } from '../../../elf/index.ts'

// ABI: struct pt_regs, asm/ptrace.h of x86-64: eight bytes each, in this order.
const x86 = ['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax', 'cx', 'dx', 'si', 'di', 'orig_ax', 'ip', 'cs', 'flags', 'sp']
const byteNames: Readonly<Record<string, string>> = { ax: 'al', bx: 'bl', cx: 'cl', dx: 'dl', si: 'sil', di: 'dil', bp: 'bpl', sp: 'spl' }

function x86Names(name: string): string[] {
  if (/^r\d+$/.test(name)) return [name, `${name}d`, `${name}w`, `${name}b`]
  return [`r${name}`, `e${name}`, name, ...(byteNames[name] === undefined ? [] : [byteNames[name]])]
}

const x86Offsets = new Map(x86.flatMap((name, at) => x86Names(name).map((alias) => [alias, at * 8] as const)))

// ABI: struct user_pt_regs, asm/ptrace.h of arm64: x0 to x30, sp, pc.
const arm64Offsets = new Map([
  ...Array.from({ length: 31 }, (_, at) => ['x', 'w'].map((prefix) => [`${prefix}${at}`, at * 8] as const)).flat(),
  ['sp', 31 * 8] as const,
  ['pc', 32 * 8] as const,
])

/** Where a register stands in what the kernel keeps of a thread that was interrupted, bytes; of every name it has. */
export const registersOf: ReadonlyMap<number, ReadonlyMap<string, number>> = new Map([
  [EM.X86_64, x86Offsets],
  [EM.AARCH64, arm64Offsets],
])
