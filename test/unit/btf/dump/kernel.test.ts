/** The whole of this kernel's BTF as C: the same text as bpftool's, and a compiler lays it out as the BTF says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { CDump } from '../../../../src/btf/dump/dump.ts'
import { type Btf, type BtfMember, dumpC, dumpHeader, parseBtf } from '../../../../src/btf/index.ts'
import { parseElf } from '../../../../src/elf/index.ts'
import { layoutAsserts, type NamedComposite } from '../../../support/c-layout.ts'
import { needs, suite } from '../../../support/needs.ts'
import { thisKernelsBtf } from '../../../support/this-kernel.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite("this kernel's btf as C", [needs.structOps, needs.bpftool, needs.clang])

const vmlinux = '/sys/kernel/btf/vmlinux'

async function compile(directory: string, source: string, ...options: string[]): Promise<Uint8Array> {
  const file = join(directory, 'test.c')
  writeFileSync(file, source)
  // No kernel uses all of its types, and clang need not tell that of each one.
  const { stdout } = await execa('clang-19', ['--target=bpf', '-std=gnu11', '-w', '-c', '-o', '-', ...options, file], {
    encoding: 'buffer',
  })
  return stdout
}

/** All structs and unions that C can name: by their own name, or by that of a typedef. */
function composites(btf: Btf, dump: CDump): NamedComposite[] {
  const found: NamedComposite[] = []
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const kind = btf.kind(id)
    if (kind === 'typedef') {
      const type = btf.resolved(id)
      if ((type.kind === 'struct' || type.kind === 'union') && type.name === '') found.push({ id, name: dump.typedefOf(id) })
    } else if ((kind === 'struct' || kind === 'union') && btf.name(id) !== '') {
      found.push({ id, name: `${kind} ${dump.tagOf(id)}` })
    }
  }
  return found
}

function dumpAll(btf: Btf): CDump {
  const dump = new CDump(btf)
  for (let id = btf.firstId; id < btf.endId; id += 1) dump.add(id)
  return dump
}

test('is what bpftool 7.1 prints, but where that loses the size of a type', async () => {
  const { stdout } = await execa('bpftool', ['btf', 'dump', 'file', vmlinux, 'format', 'c'], { stripFinalNewline: false })
  const normalised = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('; ', ';\n').trim()
  const theirs = normalised(stdout)
  const ours = normalised(
    dumpHeader(thisKernelsBtf())
      // It gives an enum of one byte the four of an int.
      .replaceAll(' __attribute__((mode(byte)))', '')
      // BTF lacks the members of a transparent union, and bpftool gives it no size then.
      .replaceAll(/^typedef union \{\n\tlong: 64;\n\}/gm, 'typedef union { }'),
  )
  assert.ok(theirs.length > 1_000_000)
  const [left, right] = [ours.split('\n'), theirs.split('\n')]
  const at = left.findIndex((line, index) => line !== right[index])
  assert.is(at < 0 ? '' : left[at], at < 0 ? '' : right[at])
  assert.is(left.length, right.length)
})

test('compiles, and every size and offset is that of the BTF', async () => {
  using directory = temporaryDirectory()
  const btf = thisKernelsBtf()
  const dump = dumpAll(btf)
  const all = composites(btf, dump)
  assert.ok(all.length > 5000)
  const asserts = layoutAsserts(btf, all)
  assert.ok(asserts.split('\n').length > 50_000)
  // The list of variable arguments is the compiler's own, and only for this machine of the size that the kernel has.
  await compile(directory.path, dump.text + asserts, '--target=x86_64-linux-gnu', '-fsyntax-only')
  const forBpf = asserts.split('\n').filter((line) => !line.includes('struct warn_args'))
  await compile(directory.path, `${dump.text}${forBpf.join('\n')}\n`, '-fsyntax-only')
})

test('has a header that compiles twice in one file, and makes accesses relocatable', async () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'vmlinux.h'), dumpHeader(thisKernelsBtf()))
  const include = '#include "vmlinux.h"\n'
  const use = 'int f(struct tcp_sock *tp) { return tp->snd_cwnd; }\n'
  const object = await compile(directory.path, include + include + use, '-O2', '-g')
  const strings = Buffer.from(parseElf(object, 'test.o').section('.BTF')?.data ?? new Uint8Array())
  assert.ok(strings.includes('snd_cwnd'))
})

test('puts every bitfield where the BTF has it', async () => {
  using directory = temporaryDirectory()
  const btf = thisKernelsBtf()
  const dump = dumpAll(btf)
  const withBitfields = composites(btf, dump).filter(({ id }) => {
    const type = btf.resolved(id)
    return 'members' in type && type.members.some(({ bitSize }) => bitSize > 0)
  })
  assert.ok(withBitfields.length > 200)
  // The compiler writes BTF again, of what a variable is.
  const variables = withBitfields.map(({ name }, index) => `${name} variable_${index};`).join('\n')
  const object = await compile(directory.path, `${dump.text}${variables}\n`, '-O2', '-g')
  const back = parseBtf(parseElf(object, 'test.o').section('.BTF')?.data ?? new Uint8Array(), { file: 'test.o' })
  const bits = (members: readonly BtfMember[]) =>
    // What is padding here has no name there.
    members.filter(({ name, bitSize }) => name !== '' && bitSize > 0).map(({ name, bitOffset, bitSize }) => `${name} ${bitOffset} ${bitSize}`)
  for (const [index, { id, name }] of withBitfields.entries()) {
    const variable = back.type(back.find(`variable_${index}`, 'var') ?? 0)
    const [here, there] = [btf.resolved(id), variable.kind === 'var' ? back.resolved(variable.type) : variable]
    if (!('members' in here) || !('members' in there)) throw new Error(`${name} did not come back`)
    assert.equal(bits(there.members), bits(here.members), name)
    assert.is(there.size, here.size, name)
  }
})

test('takes each type alone, with what it needs', async () => {
  using directory = temporaryDirectory()
  const btf = thisKernelsBtf()
  for (const name of ['tcp_sock', 'tcp_congestion_ops', 'task_struct', 'bpf_prog', 'net_device']) {
    const id = btf.find(name, 'struct')
    assert.ok(id !== undefined, name)
    const text = dumpC(btf, [id])
    const compiled = await compile(directory.path, `${text}${layoutAsserts(btf, [{ id, name: `struct ${name}` }])}`, '-fsyntax-only')
    assert.is(compiled.length, 0)
  }
})

test.run()
