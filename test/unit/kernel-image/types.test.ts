import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readKernelTypes } from '../../../src/kernel-image/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { writeElf } from '../../support/elf-writer.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite("a kernel's types from a file")

function types(littleEndian = true): Uint8Array {
  const writer = new BtfWriter({ littleEndian })
  writer.struct('sock', [])
  return writer.bytes()
}

test('raw BTF, of either byte order', () => {
  for (const littleEndian of [true, false]) {
    assert.is(readKernelTypes(types(littleEndian), '/sys/kernel/btf/vmlinux').find('sock', 'struct'), 1)
  }
})

test("a kernel's ELF file, whose symbols stand at addresses beyond any file's size", () => {
  const x86 = 62
  const executable = 2
  const bytes = writeElf({
    machine: x86,
    type: executable,
    sections: [{ name: '.text', data: new Uint8Array(8) }, { name: '.BTF', data: types() }],
    symbols: [{ name: '_text', section: '.text', value: 0xffff_ffff_8100_0000n }],
  })
  assert.is(readKernelTypes(bytes, 'vmlinux').find('sock', 'struct'), 1)
})

test('an ELF file without BTF is refused, and the hint says which option brings it', () => {
  const error = objectError(() => readKernelTypes(writeElf({}), 'vmlinux'))
  assert.is(error.message, 'vmlinux: .BTF: a section .BTF, but it has none')
  assert.match(error.hint, 'CONFIG_DEBUG_INFO_BTF')
})

test('what is wrong inside is said with the section', () => {
  const bytes = writeElf({ sections: [{ name: '.BTF', data: types().subarray(0, 30) }] })
  assert.is(objectError(() => readKernelTypes(bytes, 'vmlinux')).path, '.BTF/types')
})

test('other files are refused', () => {
  for (const bytes of [new Uint8Array(0), Buffer.from('CONFIG_TCP_CONG_BBR=m\n'.repeat(3)), Buffer.from('\u001F\u008B\b')]) {
    assert.is(objectError(() => readKernelTypes(bytes, 'config')).file, 'config')
  }
})

test.run()
