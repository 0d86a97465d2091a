import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type BtfType, declaration } from '../../../src/btf/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite("this kernel's btf against bpftool", [needs.structOps, needs.bpftool])

const vmlinux = '/sys/kernel/btf/vmlinux'

const dump = async (options: readonly string[], format: readonly string[]): Promise<string> => {
  const { stdout } = await execa('bpftool', [...options, 'btf', 'dump', 'file', vmlinux, ...format])
  return stdout
}
const dumpC = () => dump([], ['format', 'c'])

const nameOf = ({ name }: { name: string }) => (name === '' ? '(anon)' : name)
const linkages = ['static', 'global', 'extern']

/** bpftool prints an unsigned enumerator of 32 bits as a signed one that became an unsigned one of 64. */
const printed = (value: bigint) => BigInt.asUintN(64, BigInt.asIntN(32, value))

/** A type's own facts, as bpftool spells them. */
function factsOf(type: BtfType): Record<string, unknown> {
  switch (type.kind) {
    case 'int': {
      const encoding = type.bool ? 'BOOL' : type.signed ? 'SIGNED' : '(none)'
      return { size: type.size, bits_offset: type.bitOffset, nr_bits: type.bits, encoding }
    }
    case 'float':
      return { size: type.size }
    case 'array':
      return { type_id: type.element, index_type_id: type.index, nr_elems: type.length }
    case 'struct':
    case 'union': {
      const members = type.members.map((member) => ({
        name: nameOf(member),
        type_id: member.type,
        bits_offset: member.bitOffset,
        ...(member.bitSize > 0 ? { bitfield_size: member.bitSize } : {}),
      }))
      return { size: type.size, vlen: members.length, members }
    }
    case 'enum':
    case 'enum64': {
      const values = type.values.map(({ name, value }) => {
        return { name, val: Number(type.kind === 'enum' && !type.signed ? printed(value) : value) }
      })
      return { encoding: type.signed ? 'SIGNED' : 'UNSIGNED', size: type.size, vlen: values.length, values }
    }
    case 'fwd':
      return { fwd_kind: type.union ? 'union' : 'struct' }
    case 'func':
    case 'var':
      return { type_id: type.type, linkage: linkages[type.linkage] }
    case 'func_proto': {
      const params = type.params.map((param) => ({ name: nameOf(param), type_id: param.type }))
      return { ret_type_id: type.returns, vlen: params.length, params }
    }
    case 'datasec': {
      const vars = type.variables.map((variable) => ({ type_id: variable.type, offset: variable.offset, size: variable.size }))
      return { size: type.size, vlen: vars.length, vars }
    }
    case 'decl_tag':
      return { type_id: type.type, component_idx: type.component }
    case 'void':
      return {}
    default:
      return { type_id: type.type }
  }
}

test('every type is what bpftool says it is', async () => {
  const btf = thisKernelsBtf()
  const { types }: { types: { id: number }[] } = JSON.parse(await dump(['-j'], []))
  assert.is(btf.endId - 1, types.length)
  for (const expected of types) {
    const type = btf.type(expected.id)
    const found = { id: type.id, kind: type.kind.toUpperCase(), name: nameOf(type), ...factsOf(type) }
    // A hundred thousand comparisons of a library for tests take half a minute.
    if (JSON.stringify(found) !== JSON.stringify(expected)) assert.equal(found, expected)
  }
})

/** The lines between the braces of the structs and unions of bpftool's C, by their heads: `struct sock`. */
function bodies(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [, head = '', body = ''] of text.matchAll(/^((?:struct|union) \w+) \{\n([^]*?)^\}/gm)) {
    const lines = body.split('\n').map((line) => line.trim().replace(/(?: __attribute__\(.*\))?;$/, ''))
    found.set(head, new Set(lines.map(normalized)))
  }
  return found
}

/** bpftool puts a space between the star of a result, or of a qualified pointer, and what follows it; and it numbers
 * types of one name. */
const normalized = (text: string) => text.replaceAll(/\* (?=\(|const|volatile|restrict)/g, '*').replaceAll(/___\d+\b/g, '')

test('every named member is declared as in the C that bpftool prints', async () => {
  const btf = thisKernelsBtf()
  let count = 0
  for (const [head, lines] of bodies(await dumpC())) {
    const [kind, name = ''] = head.split(' ')
    const id = btf.find(name, kind === 'union' ? 'union' : 'struct')
    // The second struct of a name has a number in bpftool's C.
    if (id === undefined) continue
    const type = btf.type(id)
    for (const member of type.kind === 'struct' || type.kind === 'union' ? type.members : []) {
      const declared = normalized(declaration(btf, member.type, member.name)) + (member.bitSize > 0 ? `: ${member.bitSize}` : '')
      if (member.name === '' || declared.includes('{…}')) continue
      assert.ok(lines.has(declared), `${head} has no "${declared}"`)
      count += 1
    }
  }
  assert.ok(count > 20_000, `${count} members`)
})

test('tcp_congestion_ops is declared as bpftool declares it', async () => {
  const btf = thisKernelsBtf()
  const lines = bodies(await dumpC()).get('struct tcp_congestion_ops')
  const id = btf.find('tcp_congestion_ops', 'struct')
  assert.ok(lines !== undefined && id !== undefined)
  const type = btf.type(id)
  const members = type.kind === 'struct' ? type.members : []
  assert.equal(
    members.map((member) => declaration(btf, member.type, member.name)),
    [...lines].filter((line) => /\w/.test(line) && !/^long: \d/.test(line)),
  )
})

test.run()
