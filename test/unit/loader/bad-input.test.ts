import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { CcdkError, ObjectError } from '../../../src/errors/index.ts'
import { openObject, prepare, type PreparedObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { writeElf } from '../../support/elf-writer.ts'
import { needs, suite } from '../../support/needs.ts'
import { objectError, survives } from '../../support/refusals.ts'
import { thisKernel } from '../../support/this-kernel.ts'

const test = suite('bad input', [needs.structOps, needs.clang])

const examples = join(import.meta.dirname, '../../../src/cc-examples')

/** The objects that ship, and those fixtures that have what they have not. */
const objects: [name: string, path: () => Promise<string> | string][] = [
  ...['bpf_cubic', 'bpf_dctcp', 'bpf_reno'].map((name): [string, () => string] => [name, () => join(examples, `${name}.bpf.o`)]),
  ...['core', 'maps', 'several'].map((name): [string, () => Promise<string>] => [name, () => compileFixture(name)]),
]

const file = 'damaged.bpf.o'

/** Opens an object and binds it to this kernel. Whatever is wrong must be said by a CcdkError that says where. */
function bind(bytes: Uint8Array): PreparedObject | CcdkError {
  const prepared = survives(() => prepare(openObject(bytes, file), thisKernel()))
  for (const error of prepared instanceof CcdkError ? [prepared] : prepared.problems) {
    assert.is.not(error.message, '')
    if (error instanceof ObjectError) assert.ok(error.path !== '' && error.expected !== '', error.message)
  }
  return prepared
}

const isWhole = (prepared: PreparedObject | CcdkError) => !(prepared instanceof CcdkError) && prepared.problems.length === 0

for (const [name, path] of objects) {
  test(`${name} fits this kernel while it is whole`, async () => {
    assert.ok(isWhole(bind(readFileSync(await path()))))
  })

  test(`${name}, cut anywhere, is refused`, async () => {
    const whole = readFileSync(await path())
    for (let length = 0; length < whole.length; length += 64) {
      const found = bind(whole.subarray(0, length))
      assert.is(found instanceof ObjectError && found.file, file)
    }
  })

  test(`${name}, with any one bit flipped, is bound or refused`, async () => {
    const whole = readFileSync(await path())
    const outcomes = { bound: 0, refused: 0 }
    for (let bit = 0; bit < whole.length * 8; bit += 97) {
      const bytes = new Uint8Array(whole)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      outcomes[isWhole(bind(bytes)) ? 'bound' : 'refused'] += 1
    }
    assert.ok(outcomes.bound > 100 && outcomes.refused > 50, JSON.stringify(outcomes))
  })
}

test('an empty file', () => {
  const error = objectError(() => openObject(new Uint8Array(0), 'empty.bpf.o'))
  assert.is(error.message, 'empty.bpf.o: header: the file is empty')
  assert.match(error.hint, 'clang -O2 -g --target=bpf -c')
})

test('a text file', () => {
  const error = objectError(() => openObject(Buffer.from('#include <ccdk/tcp.h>\n'.repeat(10)), 'bpf_dctcp.bpf.c'))
  assert.match(error.message, 'bpf_dctcp.bpf.c: header: not an ELF file')
})

test('a 32-bit object', async () => {
  const bytes = new Uint8Array(readFileSync(await compileFixture('minimal')))
  bytes[4] = 1
  assert.match(objectError(() => openObject(bytes, file)).expected, 'ELF class 1: only 64-bit ELF (class 2) holds BPF')
})

test("an object of this machine's own code", () => {
  const machine = 62
  const error = objectError(() => openObject(writeElf({ machine }), file))
  assert.match(error.expected, 'a BPF object (type 1, machine 247), not an ELF file of type 1 for machine 62')
  assert.match(error.hint, '--target=bpf')
})

test('a program that runs, this one', () => {
  const error = objectError(() => openObject(readFileSync(process.execPath), 'node'))
  assert.match(error.expected, /a BPF object .*, not an ELF file of type [23] for machine/)
})

test('an object that was compiled without -g, or stripped too far', () => {
  const error = objectError(() => openObject(writeElf({}), file))
  assert.is(error.path, '.BTF')
  assert.match(error.expected, 'the object has no BTF')
  assert.match(error.hint, 'compile it with -g')
})

test('a big-endian object opens, and says at binding that it cannot be loaded here', async () => {
  const object = openObject(readFileSync(await compileFixture('minimal')), file)
  assert.ok(object.elf.littleEndian)
})

test.run()
