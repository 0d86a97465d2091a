import { libbpf, optionsSize, type Pointer, registerPrint } from './libbpf.ts'

/** A value as `btf_dump__dump_type_data` prints it: a word stands for an enumerator, a list of members for a struct. */
export type Printed =
  | { kind: 'word'; text: string }
  | { kind: 'char'; byte: number }
  | { kind: 'list'; items: Printed[] }
  /** Members of anonymous structs and unions have no name. */
  | { kind: 'record'; members: { name: string; value: Printed }[] }

const roomForPiece = 8192

/** libbpf's printer of values of the types in a file. A test file that uses it names `needs.libbpf`. */
export class LibbpfValues implements Disposable {
  readonly #btf: Pointer
  readonly #dump: Pointer
  readonly #print: ReturnType<typeof registerPrint>
  #pieces: string[] = []

  constructor(file: string) {
    const lib = libbpf()
    const piece = Buffer.alloc(roomForPiece)
    this.#print = registerPrint((_, format, values) => {
      this.#pieces.push(piece.toString('latin1', 0, lib.format(piece, roomForPiece, format, values)))
    })
    this.#btf = lib.parseBtf(file)
    this.#dump = lib.newDump(this.#btf, this.#print.pointer, null, null)
  }

  /** Undefined for a type that libbpf cannot print. */
  print(type: number, bytes: Uint8Array): string | undefined {
    this.#pieces = []
    const options = { sz: optionsSize.dumpData(), compact: true, emit_zeroes: true }
    const used = libbpf().dumpData(this.#dump, type, bytes, bytes.length, options)
    // How the C library prints NULL would be taken for a type.
    return used < 0 ? undefined : this.#pieces.join('').replaceAll('(nil)', '0x0')
  }

  [Symbol.dispose](): void {
    libbpf().freeDump(this.#dump)
    libbpf().freeBtf(this.#btf)
    this.#print[Symbol.dispose]()
  }
}

/** Reads what libbpf prints: `(struct s){.a = (int)1,.b = (char[2])['x',],(union){.c = (void *)0x1,},}`. */
export function readPrinted(text: string): Printed {
  let at = 0
  const cast = () => {
    if (text[at] !== '(') return
    let depth = 0
    do {
      if (text[at] === '(') depth += 1
      if (text[at] === ')') depth -= 1
      at += 1
    } while (depth > 0)
  }
  const upTo = (end: RegExp): string => {
    const length = text.slice(at).search(end)
    if (length < 0) throw new Error(`no ${end} behind ${text.slice(at, at + 40)}`)
    at += length
    return text.slice(at - length, at)
  }
  const each = <T>(close: string, read: () => T): T[] => {
    const found: T[] = []
    at += 1
    while (text[at] !== close) {
      found.push(read())
      if (text[at] === ',') at += 1
    }
    at += 1
    return found
  }
  const value = (): Printed => {
    cast()
    if (text[at] === '{') return { kind: 'record', members: each('}', member) }
    if (text[at] === '[') return { kind: 'list', items: each(']', value) }
    if (text[at] === "'") {
      at += 3
      return { kind: 'char', byte: text.charCodeAt(at - 2) }
    }
    // There is no comma behind an enumerator that has no name.
    const number = /^-?(?:0x[\da-f]+|\d+)/.exec(text.slice(at, at + 40))?.[0]
    at += number?.length ?? 0
    return { kind: 'word', text: number ?? upTo(/[,}\]]|$/) }
  }
  const member = () => {
    if (text[at] !== '.') return { name: '', value: value() }
    at += 1
    const name = upTo(/ = /)
    at += 3
    return { name, value: value() }
  }
  return value()
}
