import type { Btf } from '../../../src/btf/index.ts'
import type { BpfObject } from '../../../src/loader/index.ts'

/** A program of the kernel's tests that the verifier is to refuse, and what it is to say. */
export interface ExpectedRefusal {
  program: string
  /** Texts of its log, in which `{{…}}` is a regular expression. */
  messages: readonly string[]
}

/** Which programs of an object are to be refused, by the tags of its BTF: bpf_misc.h of the kernel's tests. */
export function expectedRefusals({ btf, programs }: BpfObject): ExpectedRefusal[] {
  const tags = tagsByFunction(btf)
  return programs.flatMap(({ name }) => {
    const own = tags.get(name) ?? []
    if (!own.includes('comment:test_expect_failure')) return []
    // The compiler turns equal tags into one, so they are numbered; the numbers say their order.
    const numbered = own.flatMap((tag) => {
      const { number, text } = /^comment:test_expect_msg=(?:(?<number>\d+)=)?(?<text>[^]*)$/.exec(tag)?.groups ?? {}
      return text === undefined ? [] : [{ number: Number(number ?? 0), text }]
    })
    return [{ program: name, messages: numbered.toSorted((left, right) => left.number - right.number).map(({ text }) => text) }]
  })
}

function tagsByFunction(btf: Btf): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.kind(id) === 'decl_tag' ? btf.type(id) : undefined
    if (type?.kind !== 'decl_tag' || btf.kind(type.type) !== 'func') continue
    const name = btf.name(type.type)
    found.set(name, [...(found.get(name) ?? []), type.name])
  }
  return found
}
