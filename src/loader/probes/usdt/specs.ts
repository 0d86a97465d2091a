import { UsageError } from '../../../errors/index.ts'
import type { BtfMember } from '../../../btf/index.ts'
import type { LoadedObject } from '../../load/loaded.ts'
import type { Handle } from '../../target/handle.ts'
import type { UsdtArgument } from './operands.ts'

/** The maps of `usdt.bpf.h`. */
const specsMap = '__bpf_usdt_specs'
export const addressesMap = '__bpf_usdt_ip_to_spec_id'

/** The numbers of the specs that an object has room for, and which of them are taken. */
class SpecIds {
  readonly #count: number
  readonly #free: number[] = []
  #next = 0

  constructor(count: number) {
    this.#count = count
  }

  take(): number {
    const id = this.#free.pop() ?? this.#next
    if (id === this.#next) {
      if (id >= this.#count) {
        throw new UsageError(`the probes have more than ${this.#count} different sets of arguments, which ${specsMap} has room for`, {
          hint: 'define BPF_USDT_MAX_SPEC_CNT before usdt.bpf.h is included, or set maxEntries of that map before it is loaded',
        })
      }
      this.#next += 1
    }
    return id
  }

  giveBack(id: number): void {
    this.#free.push(id)
  }
}

const ids = new WeakMap<Handle, SpecIds>()

/** Says to the BPF side where arguments are. A spec is kept until `undo` is disposed of; equal ones are one. */
export class Specs {
  readonly #loaded: LoadedObject
  readonly #ids: SpecIds
  readonly #cookie: bigint
  readonly #undo: DisposableStack
  readonly #known = new Map<string, number>()
  readonly #room: number
  /** The object's `usdt.bpf.h` is one that knows index registers: libbpf 1.7 or later. */
  readonly #indexed: boolean

  constructor(loaded: LoadedObject, cookie: bigint, undo: DisposableStack) {
    const map = loaded.maps.get(specsMap)
    if (map === undefined) {
      throw new UsageError(`${loaded.object.file} has no map "${specsMap}"`, { hint: 'include <bpf/usdt.bpf.h>, which USDT programs read their arguments with' })
    }
    const taken = ids.get(map.handle) ?? new SpecIds(map.spec.maxEntries)
    ids.set(map.handle, taken)
    const { length, members } = argumentLayout(loaded, map.spec.valueType)
    this.#loaded = loaded
    this.#ids = taken
    this.#cookie = cookie
    this.#undo = undo
    this.#room = length
    this.#indexed = members.some(({ name }) => name === 'idx_reg_off')
  }

  /** The number of the spec for these arguments. */
  idOf(args: readonly UsdtArgument[]): number {
    const value = { args: this.#argumentsOf(args), usdt_cookie: this.#cookie, arg_cnt: args.length }
    const key = JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? String(field) : field))
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const id = this.#ids.take()
    this.#undo.defer(() => this.#ids.giveBack(id))
    this.#loaded.map<number, typeof value>(specsMap).set(id, value)
    this.#known.set(key, id)
    return id
  }

  #argumentsOf(args: readonly UsdtArgument[]): object[] {
    if (args.length > this.#room) throw new UsageError(`the probe has ${args.length} arguments, and the object has room for ${this.#room}`)
    return Array.from({ length: this.#room }, (_, at) => {
      const argument = args[at]
      return argument === undefined ? {} : this.#fields(argument)
    })
  }

  /** ABI: struct __bpf_usdt_arg_spec of usdt.bpf.h, by the names of its members: its versions put them elsewhere. */
  #fields({ size, signed, operand }: UsdtArgument): object {
    const common = { arg_signed: signed, arg_bitshift: 64 - size * 8 }
    switch (operand.kind) {
      case 'constant':
        return { ...common, arg_type: 'BPF_USDT_ARG_CONST', val_off: BigInt.asUintN(64, operand.value) }
      case 'register':
        return { ...common, arg_type: 'BPF_USDT_ARG_REG', reg_off: operand.register }
      case 'memory':
        return { ...common, arg_type: 'BPF_USDT_ARG_REG_DEREF', reg_off: operand.register, val_off: BigInt.asUintN(64, operand.displacement) }
      case 'indexed': {
        if (!this.#indexed) {
          throw new UsageError('an argument of the probe is in memory at the sum of two registers, which the object cannot read', {
            hint: 'compile it with the usdt.bpf.h of libbpf 1.7 or later',
          })
        }
        const memory = { reg_off: operand.register, val_off: BigInt.asUintN(64, operand.displacement) }
        return { ...common, ...memory, arg_type: 'BPF_USDT_ARG_SIB', idx_reg_off: operand.index, scale_bitshift: operand.shift }
      }
    }
  }
}

/** How many arguments a spec has room for, and what is said of each. */
function argumentLayout({ object: { btf, file } }: LoadedObject, specType: number): { length: number; members: readonly BtfMember[] } {
  const spec = btf.resolved(specType)
  const args = spec.kind === 'struct' ? spec.members.find(({ name }) => name === 'args') : undefined
  const array = args === undefined ? undefined : btf.resolved(args.type)
  const argument = array?.kind === 'array' ? btf.resolved(array.element) : undefined
  if (array?.kind !== 'array' || argument?.kind !== 'struct') {
    throw new UsageError(`the map "${specsMap}" of ${file} is not that of usdt.bpf.h: its value has no array "args"`)
  }
  return { length: array.length, members: argument.members }
}
