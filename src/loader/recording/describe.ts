import { disassemble, type InstructionNames } from '../code/disassemble.ts'
import type { Attachment, UnlinkedAttachment } from '../attach/attachment.ts'
import type { BtfHandle, KernelFacts } from '../target/kernel-facts.ts'
import type { Handle } from '../target/handle.ts'
import type { MapDefinition, ProgramDefinition } from '../target/definitions.ts'
import { MAP_FLAG, MAP_TYPE, PROG_FLAG, PROG_TYPE } from '../uapi.ts'
import type { RecordedCall } from './calls.ts'
import { RecordedHandle } from './handle.ts'

/** How many bytes of a key or a value are shown. */
const shown = 16

/** A call in words, in one line: `create map "counts": array, key 4 bytes, value 8 bytes, 1 entry`. */
export function describeCall(call: RecordedCall, facts: KernelFacts): string {
  const text = inWords(call, facts)
  return call.error === undefined ? text : `${text}: fails, ${call.error instanceof Error ? call.error.message : 'with something that is no error'}`
}

/** A call as a document: its arguments in the order of the `Target`, bytes as hexadecimal text. */
export function documentOfCall(call: RecordedCall, facts: KernelFacts, names: InstructionNames): object {
  const { method, args, made } = call
  const program = method === 'loadProgram' ? { instructions: disassemble(call.args[0].instructions, names) } : {}
  return { call: method, text: describeCall(call, facts), arguments: args.map(plain), ...program, made: made === undefined ? null : plain(made) }
}

/** What the numbers in the instructions of some calls stand for. */
export function namesIn(calls: readonly RecordedCall[], facts: KernelFacts): InstructionNames {
  const maps = new Map(calls.flatMap(({ made }) => (made?.thing.kind === 'map' ? [[made.serial, made.what] as const] : [])))
  const btf = facts.kernelBtf()
  const id = btf.find('bpf_func_id', 'enum')
  const type = id === undefined ? undefined : btf.type(id)
  const helpers = new Map(type?.kind === 'enum' ? type.values.map(({ name, value }) => [Number(value), name.replace(/^BPF_FUNC_/, 'bpf_')]) : [])
  return {
    helper: (number) => helpers.get(number),
    // Of modules the program's own list would have to be known.
    kernelFunction: (function_, module) => (module === 0 && function_ < btf.endId ? btf.name(function_) : undefined),
    map: (number) => maps.get(number),
  }
}

function inWords(call: RecordedCall, facts: KernelFacts): string {
  switch (call.method) {
    case 'createToken':
      return `take the BPF token of ${call.args[0]}`
    case 'loadBtf':
      return `load types: ${call.args[0].length} bytes`
    case 'createMap':
      return mapInWords(call.args[0], facts)
    case 'loadProgram':
      return programInWords(call.args[0], facts)
    case 'update':
      return updateInWords(call.args[0], call.args[1], call.args[2])
    case 'freeze':
      return `freeze ${what(call.args[0])}`
    case 'bindMap':
      return `bind ${what(call.args[1])} to ${what(call.args[0])}`
    case 'attach':
      return `attach ${what(call.args[0])}: ${attachmentInWords(call.args[1])}`
    case 'attachUnlinked':
      return `attach ${what(call.args[0])} without a link: ${attachmentInWords(call.args[1])}`
    case 'updateLink':
      return `replace the program of ${what(call.args[0])} by ${what(call.args[1])}`
    case 'createStructOpsLink':
      return `register ${what(call.args[0])} by a link`
    case 'updateStructOpsLink':
      return `replace what ${what(call.args[0])} registers by ${what(call.args[1])}`
    case 'pin':
      return `pin ${what(call.args[0])} at ${call.args[1]}`
    case 'isPinned':
      return `look whether something is pinned at ${call.args[0]}`
    default:
      return `${call.method}${call.args.map((argument) => ` ${brief(argument)}`).join(',')}`
  }
}

const what = (handle: unknown): string => (handle instanceof RecordedHandle ? handle.what : '?')
const counted = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`

function bytes(value: Uint8Array): string {
  const text = Buffer.from(value.subarray(0, shown)).toString('hex')
  return value.length <= shown ? text : `${text}… (${value.length} bytes)`
}

function brief(argument: unknown): string {
  if (argument instanceof RecordedHandle) return argument.what
  if (argument instanceof Uint8Array) return bytes(argument)
  return typeof argument === 'string' ? argument : (JSON.stringify(plain(argument)) ?? '')
}

/** The word for a number in one of the kernel's lists. */
function word(list: Readonly<Record<string, number>>, number: number): string {
  return Object.entries(list).find(([, value]) => value === number)?.[0].toLowerCase() ?? `type ${number}`
}

function flagsInWords(list: Readonly<Record<string, number>>, flags: number): string {
  const known = Object.entries(list).filter(([, bit]) => (flags & bit) !== 0)
  const rest = known.reduce((left, [, bit]) => left & ~bit, flags)
  return [...known.map(([name]) => name.toLowerCase()), ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join(' | ')
}

function kernelType(id: number, module: BtfHandle, facts: KernelFacts): string {
  if (module !== undefined) return `type ${id} of ${what(module)}`
  const btf = facts.kernelBtf()
  return id < btf.endId ? btf.name(id) : `type ${id}`
}

/** A struct_ops map has one value, and it is that which registers it, where no link does. */
function updateInWords(map: Handle, key: Uint8Array, value: Uint8Array): string {
  const definition = map instanceof RecordedHandle && map.thing.kind === 'map' ? map.thing.definition : undefined
  if (definition?.type !== MAP_TYPE.STRUCT_OPS) return `update ${what(map)}: key ${bytes(key)}, value ${bytes(value)}`
  return `${(definition.flags & MAP_FLAG.LINK) === 0 ? 'register' : 'fill'} ${what(map)} by its value, ${counted(value.length, 'byte')}`
}

function mapInWords(map: MapDefinition, facts: KernelFacts): string {
  const parts = [
    word(MAP_TYPE, map.type),
    `key ${counted(map.keySize, 'byte')}`,
    `value ${counted(map.valueSize, 'byte')}`,
    counted(map.maxEntries, 'entry', 'entries'),
  ]
  if (map.flags !== 0) parts.push(`flags ${flagsInWords(MAP_FLAG, map.flags)}`)
  if (map.numaNode !== undefined && map.numaNode !== 0) parts.push(`NUMA node ${map.numaNode}`)
  if (map.mapExtra !== undefined && map.mapExtra !== 0n) parts.push(`extra ${map.mapExtra}`)
  if (map.inner !== undefined) parts.push(`holds maps like ${what(map.inner)}`)
  if (map.btf !== undefined && map.kernelValue === undefined) parts.push(`types ${map.btf.keyType} and ${map.btf.valueType}`)
  if (map.kernelValue !== undefined) parts.push(`struct ${kernelType(map.kernelValue.type, map.kernelValue.module, facts)}`)
  return `create map "${map.name}": ${parts.join(', ')}`
}

function programInWords(program: ProgramDefinition, facts: KernelFacts): string {
  const { name, type, flags, instructions, license, debug, modules } = program
  const parts = [placeInWords(program, facts), counted(instructions.length / 8, 'instruction'), `license ${license === '' ? 'none' : license}`]
  if (flags !== 0) parts.push(`flags ${flagsInWords(PROG_FLAG, flags)}`)
  if (debug !== undefined) parts.push(counted(debug.funcInfo.byteLength / debug.funcInfoRecordSize, 'function'))
  if (modules.length > 1) parts.push(`with ${modules.slice(1).map(what).join(', ')}`)
  return `load program "${name}": ${[word(PROG_TYPE, type), ...parts].filter((part) => part !== '').join(', ')}`
}

/** What a program is loaded for: `tcp_congestion_ops.ssthresh`, or the kernel's type and the number of the way. */
function placeInWords({ type, attach, expectedAttachType }: ProgramDefinition, facts: KernelFacts): string {
  if (attach === undefined) return expectedAttachType === 0 ? '' : `attach type ${expectedAttachType}`
  if ('program' in attach) return `for function ${attach.type} of ${what(attach.program)}`
  const { type: id, module } = attach
  const name = kernelType(id, module, facts)
  const btf = facts.kernelBtf()
  const struct = module === undefined && id < btf.endId ? btf.type(id) : undefined
  if (type === PROG_TYPE.STRUCT_OPS) {
    const member = struct?.kind === 'struct' ? struct.members[expectedAttachType]?.name : undefined
    return `${name}.${member ?? expectedAttachType}`
  }
  return `attach type ${expectedAttachType} at ${name}`
}

function attachmentInWords({ way, ...facts }: Attachment | UnlinkedAttachment): string {
  const details = Object.entries(facts).map(([name, value]: [string, unknown]) => `${name} ${brief(value)}`)
  return [way, ...details].join(', ')
}

/** What JSON can hold: handles by number and name, bytes as hexadecimal text. */
function plain(value: unknown): unknown {
  if (value instanceof RecordedHandle) return { handle: value.serial, what: value.what }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Uint32Array) return [...value]
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([key, part]: [string, unknown]) => [key, plain(part)]))
}
