import { type BtfValue, Misfit, type Part, shown, under } from './part.ts'

/** A member where it stands: those of anonymous structs and unions among the others. */
export interface Field {
  name: string
  /** Bytes from the start of the whole. */
  at: number
  part: Part
  /** Nothing follows it, so that a flexible array at its end may go on. */
  last: boolean
}

/** A struct, union or data section. `overlapping` says that members may share bytes. */
export function composite(size: number, fields: readonly Field[], overlapping: boolean): Part {
  const flexible = fields.some(({ part, last }) => part.flexible && last)
  const byName = new Map(fields.map((field) => [field.name, field]))
  const weight = fields.reduce((sum, { part }) => sum + part.weight, 1)
  const given = (value: unknown): [Field, unknown][] => {
    if (!isRecord(value)) throw new Misfit(`an object with ${namesOf(fields)}, not ${shown(value)}`)
    return Object.entries(value).flatMap(([name, member]): [Field, unknown][] => {
      const field = byName.get(name)
      if (field === undefined) throw new Misfit(`no member of this name: there is ${namesOf(fields)}`).under(`.${name}`)
      return member === undefined ? [] : [[field, member]]
    })
  }
  const write = (view: DataView, at: number, members: readonly [Field, unknown][]) => {
    for (const [{ name, part, at: offset }, member] of members) {
      try {
        part.write(view, at + offset, member)
      } catch (error) {
        throw under(error, `.${name}`)
      }
    }
  }
  const sizeOf = (members: readonly [Field, unknown][]): number => {
    let end = size
    if (!flexible) return end
    for (const [{ name, at, part, last }, member] of members) {
      if (!part.flexible || !last) continue
      try {
        end = Math.max(end, at + part.sizeOf(member))
      } catch (error) {
        throw under(error, `.${name}`)
      }
    }
    return end
  }
  return {
    size,
    flexible,
    weight,
    read(view, at, end) {
      const value: Record<string, BtfValue> = {}
      for (const { name, at: offset, part, last } of fields) {
        const place = at + offset
        value[name] = part.read(view, place, last && part.flexible ? end : place + part.size)
      }
      return value
    },
    write(view, at, value) {
      const members = given(value)
      write(view, at, members)
      if (overlapping) checkAgreement(view, at, sizeOf(members), members)
    },
    sizeOf: (value) => (flexible ? sizeOf(given(value)) : size),
  }
}

/** Members that share bytes and were both given must say the same, or the last one would win without a word. */
function checkAgreement(view: DataView, at: number, size: number, members: readonly [Field, unknown][]): void {
  const written = Buffer.from(view.buffer, view.byteOffset + at, size)
  for (const [{ name, part, at: offset }, member] of members) {
    const again = Buffer.from(written)
    part.write(new DataView(again.buffer, again.byteOffset, again.length), offset, member)
    if (!again.equals(written)) {
      throw new Misfit('what the other members of its union say: give only one of them').under(`.${name}`)
    }
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

const mostNames = 12

function namesOf(fields: readonly Field[]): string {
  const names = fields.slice(0, mostNames).map(({ name }) => name)
  return (names.join(', ') || 'no member') + (fields.length > mostNames ? ', …' : '')
}
