import { type Btf, type BtfType, declaration } from '../../btf/index.ts'
import { optionIn } from '../../btf-match/index.ts'
import { type CcdkError, collect, ObjectError, UnsupportedKernelError } from '../../errors/index.ts'
import { hasCookies } from '../target/cookies.ts'
import type { BpfObject, ExternSpec } from '../object.ts'
import { wrapsSyscalls } from '../target/syscall-wrapper.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import type { Tell } from '../tell.ts'

type ConfigExtern = Extract<ExternSpec, { kind: 'kconfig' }>

/** Whether a kernel that is known from a file can say all that the object asks of its configuration and its version. */
export function canAnswer({ externs }: BpfObject, facts: KernelFacts): boolean {
  if (facts.unknown?.includes('configuration') !== true) return true
  const names = externs.flatMap(({ kind, name }) => (kind === 'kconfig' ? [name] : []))
  return facts.kernelVersion() > 0 && !names.some((name) => name.startsWith('CONFIG_'))
}

/**
 * Writes the values of the kernel's options into the `.kconfig` map's initial value. What cannot be answered is added to
 * `problems`.
 */
export function fillConfig(object: BpfObject, facts: KernelFacts, into: Uint8Array, problems: CcdkError[], tell?: Tell): void {
  const externs = object.externs.filter((extern) => extern.kind === 'kconfig')
  if (externs.length === 0) return
  const needsText = externs.some((extern) => extern.name.startsWith('CONFIG_'))
  const text = needsText ? facts.kernelConfig() : ''
  for (const extern of externs) {
    collect(problems, () => {
      const value = valueOf(object, facts, extern, text ?? '')
      tell?.('debug', `option ${extern.name}: ${value ?? 'not set'}, from ${sourceOf(facts, extern)}`)
      if (value !== undefined) writeValue(object.btf, extern, value, into)
      else if (!extern.weak) throw missing(extern, text === undefined)
    })
  }
}

const sourceOf = (facts: KernelFacts, { name }: ConfigExtern): string =>
  (name.startsWith('CONFIG_') ? facts.kernelConfigSource?.() : undefined) ?? facts.name

/** What is no option but can be asked for like one. */
const virtualOptions: ReadonlyMap<string, (facts: KernelFacts) => string> = new Map([
  ['LINUX_KERNEL_VERSION', (facts: KernelFacts) => String(facts.kernelVersion())],
  ['LINUX_HAS_BPF_COOKIE', (facts: KernelFacts) => yesNo(hasCookies(facts))],
  ['LINUX_HAS_SYSCALL_WRAPPER', (facts: KernelFacts) => yesNo(wrapsSyscalls(facts))],
])

const yesNo = (yes: boolean) => (yes ? 'y' : 'n')

function valueOf(
  object: BpfObject,
  facts: KernelFacts,
  { name, weak }: ConfigExtern,
  config: string,
): string | undefined {
  if (name.startsWith('CONFIG_')) return optionIn(config, name)
  const virtual = virtualOptions.get(name)
  if (virtual !== undefined) return virtual(facts)
  if (weak) return undefined
  throw new ObjectError({
    file: object.file,
    path: `extern ${name}`,
    expected: `a name that starts with CONFIG_, or ${[...virtualOptions.keys()].join(', ')}, since it is marked __kconfig`,
  })
}

function missing({ name }: ConfigExtern, unreadable: boolean): UnsupportedKernelError {
  return new UnsupportedKernelError({
    feature: `option ${name}`,
    hint: unreadable
      ? 'neither /proc/config.gz nor /boot/config-RELEASE can be read: load the kernel with CONFIG_IKCONFIG_PROC, or declare the extern __weak'
      : 'its configuration does not set it; declare the extern __weak if the algorithm can do without',
  })
}

/** Stores `y`, `m`, `n`, a number or a quoted string in the form that the extern's type asks for. */
function writeValue(btf: Btf, extern: ConfigExtern, value: string, into: Uint8Array): void {
  const type = btf.resolved(extern.type)
  const fail = (expected: string): never => btf.fail(type.id, `extern ${extern.name}: ${expected}`)
  const refuse = (expected: string) => fail(`${expected} for the value ${value}, not ${declaration(btf, extern.type, extern.name)}`)
  if (/^[ymn]$/.test(value)) {
    const number = tristate(type, value) ?? refuse('a bool, char or enum of 4 bytes')
    into[extern.offset] = number
  } else if (value.startsWith('"')) {
    if (!/^"(?:[^\\"]|\\.)*"$/.test(value)) fail(`a string that ends, not ${value}`)
    const text = Buffer.from(value.slice(1, -1).replaceAll(/\\(.)/g, '$1'))
    if (type.kind !== 'array' || type.length === 0 || !isChar(btf.resolved(type.element))) refuse('a char array')
    into.set(text.subarray(0, extern.size - 1), extern.offset)
  } else {
    const number = numberIn(value)
    if (number === undefined || type.kind !== 'int' || ![1, 2, 4, 8].includes(type.size)) return refuse('an integer')
    if (!fits(number, type)) fail(`an integer wide enough for ${value}, not ${type.name}`)
    const wide = new DataView(new ArrayBuffer(8))
    wide.setBigInt64(0, BigInt.asIntN(64, number), true)
    into.set(new Uint8Array(wide.buffer, 0, type.size), extern.offset)
  }
}

type Int = Extract<BtfType, { kind: 'int' }>

function numberIn(value: string): bigint | undefined {
  const [, minus = '', digits] = /^(-?)(0x[\da-f]+|\d+)$/i.exec(value) ?? []
  if (digits === undefined) return undefined
  return minus === '' ? BigInt(digits) : -BigInt(digits)
}

/** An integer of 8 bytes holds addresses as well, whether it is signed or not. */
function fits(number: bigint, { size, signed, bool }: Int): boolean {
  const bits = size * 8
  if (bool) return number === 0n || number === 1n
  const [asSigned, asUnsigned] = [BigInt.asIntN(bits, number) === number, BigInt.asUintN(bits, number) === number]
  return size === 8 ? asSigned || asUnsigned : signed ? asSigned : asUnsigned
}

const isChar = (type: BtfType): boolean => type.kind === 'int' && type.size === 1

/** `y`, `m` and `n` as a bool, as a letter, or as libbpf's enum (no 0, yes 1, module 2). */
function tristate(type: BtfType, value: string): number | undefined {
  if (isChar(type)) {
    if (type.kind !== 'int' || !type.bool) return value.charCodeAt(0)
    return value === 'm' ? undefined : Number(value === 'y')
  }
  return type.kind === 'enum' && type.size === 4 ? ['n', 'y', 'm'].indexOf(value) : undefined
}
