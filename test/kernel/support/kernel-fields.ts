import { type Btf, sizeOf } from '../../../src/btf/index.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

export interface Place {
  offset: number
  size: number
}

/** The fields of a struct or union by name, those of anonymous structs inside it as its own, of others as `a.b`. */
export function fieldsOf(btf: Btf, id: number, base = 0): [name: string, place: Place][] {
  const type = btf.resolved(id)
  if (type.kind !== 'struct' && type.kind !== 'union') return []
  return type.members.flatMap((member): [string, Place][] => {
    const offset = base + member.bitOffset / 8
    const inner = fieldsOf(btf, member.type, offset)
    if (member.name === '') return inner
    const own: [string, Place] = [member.name, { offset, size: sizeOf(btf, member.type) }]
    return [own, ...inner.map(([name, place]): [string, Place] => [`${member.name}.${name}`, place])]
  })
}

/** Whether the running kernel has a field of a struct, as `a.b`: tests expect of a kernel what it can know. */
export function kernelHasField(struct: string, field: string): boolean {
  const btf = thisKernelsBtf()
  return fieldsOf(btf, btf.find(struct, 'struct') ?? 0).some(([name]) => name === field)
}
