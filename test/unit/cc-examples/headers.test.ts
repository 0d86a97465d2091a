import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Btf, parseBtf, sizeOf } from '../../../src/btf/index.ts'
import { parseElf } from '../../../src/elf/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite('the headers that come with ccdk', [needs.structOps, needs.clang, needs.libbpf])

const directory = join(import.meta.dirname, '../../../src/cc-examples/include/ccdk')
const headers = globSync('*.h', { cwd: directory }).map((file) => readFileSync(join(directory, file), 'utf8'))
const text = headers.join('\n')

/** The width in bits of a type as C spells it for BPF: what the calling convention sees of it. */
function width(type: string): string {
  const plain = type.replaceAll(/\b(?:const|__u?)\b/g, '').trim()
  if (plain === 'void' || plain === '...') return plain
  if (type.includes('*')) return '64'
  return /\b(?:__)?[us]64\b|\blong\b/.test(plain) ? '64' : '32'
}

/** `name → number: return(parameters)` of each helper that a header declares. */
function helpersIn(source: string): Map<string, string> {
  const declarations = source.matchAll(
    /^static (?<type>[^(]*)\(\*\s*(?:const )?(?<name>bpf_\w+)\)\((?<params>[^)]*)\) = \(void \*\)\s*(?<number>\d+);/gm,
  )
  return new Map(
    Array.from(declarations, ({ groups = {} }) => {
      const params = (groups['params'] ?? '').split(',').map((param) => width(param))
      return [groups['name'] ?? '', `${groups['number']}: ${width(groups['type'] ?? '')}(${params.join(', ')})`]
    }),
  )
}

test("helpers have the numbers and parameters of the kernel's table", () => {
  const [file = ''] = globSync('/usr/include/bpf/bpf_helper_defs.h')
  const theirs = helpersIn(readFileSync(file, 'utf8'))
  const ours = helpersIn(text)
  assert.ok(ours.size >= 50)
  for (const [name, declaration] of ours) assert.is(declaration, theirs.get(name), name)
})

/** All enumerators of a BTF by name. */
function enumerators(btf: Btf): Map<string, bigint> {
  const found = new Map<string, bigint>()
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.type(id)
    if (type.kind === 'enum' || type.kind === 'enum64') for (const { name, value } of type.values) found.set(name, value)
  }
  return found
}

/** What the kernel defines as macros, which leave nothing in its types, and what only compilers and loaders know. */
const notTypes = /^(?:TCP_CONG_NON_RESTRICTED|TCP_CONG_NEEDS_ECN|TCP_ECN_\w+|BPF_(?:FIELD|TYPE|ENUMVAL)_\w+)$/

test("enumerators have the kernel's values", () => {
  const kernel = enumerators(thisKernelsBtf())
  const ours = [...text.matchAll(/^\t(?<name>[A-Z]\w+) = (?<value>\d+),/gm)].map(({ groups = {} }) => groups)
  assert.ok(ours.length > 80)
  for (const { name = '', value } of ours) {
    if (!notTypes.test(name)) assert.is(String(kernel.get(name)), value, name)
  }
})

test("socket options have the kernel's numbers", () => {
  const files = ['/usr/include/linux/tcp.h', '/usr/include/linux/in.h', '/usr/include/linux/in6.h', '/usr/include/asm-generic/socket.h']
  const theirs = new Map(
    files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^#define\s+(\w+)\s+(\d+)\b/gm)].map(([, name = '', value = '']) => [name, value] as const),
    ),
  )
  const source = readFileSync(join(directory, 'sockopt.h'), 'utf8')
  const ours = [...source.matchAll(/^#define (\w+) (\d+)$/gm)].filter(([, name]) => !name?.startsWith('SOL_') || name === 'SOL_SOCKET')
  assert.ok(ours.length > 15)
  for (const [, name = '', value] of ours) assert.is(theirs.get(name), value, name)
})

/** What a member is, as far as reading it goes: the kind behind typedefs, its size, and whether it is a bitfield. */
interface Place {
  kind: string
  size: number
  bitSize: number
}

/** The members of a struct by name, those of unnamed structs and unions among them. */
function membersOf(btf: Btf, id: number): Map<string, Place & { type: number }> {
  const struct = btf.resolved(id)
  if (struct.kind !== 'struct' && struct.kind !== 'union') return new Map()
  return new Map(
    struct.members.flatMap(({ name, type, bitSize }): [string, Place & { type: number }][] =>
      name === '' ? [...membersOf(btf, type)] : [[name, { kind: btf.resolved(type).kind, size: sizeOf(btf, type), bitSize, type }]],
    ),
  )
}

function compare(ours: Btf, id: number, theirs: Btf, theirId: number, path: string, seen: Map<string, number>): void {
  const kernel = membersOf(theirs, theirId)
  for (const [name, { kind, size, bitSize, type }] of membersOf(ours, id)) {
    const where = `${path}.${name}`
    const place = kernel.get(name)
    assert.ok(place, `${where}: the kernel has no such member`)
    seen.set(where, size)
    if (kind === 'struct' || kind === 'union') {
      compare(ours, type, theirs, place.type, where, seen)
      continue
    }
    assert.equal([kind, bitSize, bitSize > 0 || size], [place.kind, place.bitSize, place.bitSize > 0 || place.size], where)
  }
}

test("structs have no member that the kernel's lack, and none of another kind or size", async () => {
  const file = await compileFixture('headers')
  const elf = parseElf(readFileSync(file), file)
  const ours = parseBtf(elf.section('.BTF')?.data ?? new Uint8Array(), { file })
  const theirs = thisKernelsBtf()
  const seen = new Map<string, number>()
  for (const name of ['tcp_sock', 'rate_sample', 'ack_sample', 'tcp_congestion_ops', 'bpf_spin_lock', 'bpf_timer', 'bpf_iter_num']) {
    const id = ours.find(name, 'struct')
    const theirId = theirs.find(name, 'struct')
    assert.ok(id !== undefined && theirId !== undefined, name)
    compare(ours, id, theirs, theirId, name, seen)
  }
  assert.ok(seen.size > 130, String(seen.size))
  // One from each depth, so that the walk cannot have ended early.
  for (const path of ['tcp_sock.snd_cwnd', 'tcp_sock.inet_conn.icsk_inet.sk.__sk_common.skc_daddr', 'tcp_sock.rx_opt.sack_ok']) {
    assert.ok(seen.has(path), path)
  }
})

test("functions have the kernel's parameters", () => {
  const kernel = thisKernelsBtf()
  const declared = [...text.matchAll(/^extern (?<type>[^(]*?\*?)\b(?<name>\w+)\((?<params>[^)]*)\)(?: __weak)? __ksym;/gm)]
  assert.ok(declared.length >= 28)
  let found = 0
  for (const { groups = {} } of declared) {
    const { name = '', params = '', type = '' } = groups
    const id = kernel.find(name, 'func')
    // Those of DCTCP are not on every machine.
    if (id === undefined) {
      assert.match(name, /^(?:dctcp|bbr|cubictcp)_/)
      continue
    }
    found += 1
    const func = kernel.type(id)
    const proto = func.kind === 'func' ? kernel.type(func.type) : undefined
    assert.ok(proto?.kind === 'func_proto', name)
    assert.is(params.split(',').length, proto.params.length, name)
    assert.is(type.trim() === 'void', proto.returns === 0, name)
  }
  assert.ok(found >= 8)
})

test.run()
