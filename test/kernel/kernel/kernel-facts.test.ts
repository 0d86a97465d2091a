import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { LinuxTarget, Mapping, openFds } from '../../../src/kernel/index.ts'
import { openMappings } from '../../../src/kernel/mapping.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('what is known of the running kernel', [needs.structOps])

test('its types are those of the file, read once for all targets', () => {
  using first = new LinuxTarget()
  using second = new LinuxTarget()
  const btf = first.kernelBtf()
  assert.is(btf, second.kernelBtf())
  const file = readFileSync('/sys/kernel/btf/vmlinux')
  const types = new Uint8Array(btf.words.buffer, btf.words.byteOffset, btf.words.byteLength)
  // ABI: struct btf_header, linux/btf.h: hdr_len at 4, then type_off, type_len, str_off, str_len.
  const [headerSize = 0, typeOffset = 0, typeLength = 0, stringOffset = 0, stringLength = 0] = new Uint32Array(
    file.buffer.slice(file.byteOffset + 4, file.byteOffset + 24),
  )
  assert.ok(file.subarray(headerSize + typeOffset, headerSize + typeOffset + typeLength).equals(types))
  assert.ok(file.subarray(headerSize + stringOffset, headerSize + stringOffset + stringLength).equals(btf.strings))
  assert.equal(openFds(), [])
})

test('its version and configuration are what it says itself', () => {
  using target = new LinuxTarget()
  const [major = 0, minor = 0] = release().split('.', 2).map(Number)
  assert.is(target.kernelVersion() >> 8, (major << 8) | minor)
  assert.is(target.name, `Linux ${release()}`)
  assert.is(target.kernelConfig(), gunzipSync(readFileSync('/proc/config.gz')).toString())
})

test('a mapping is a view of the file, empty and refused once it is gone', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'file')
  writeFileSync(path, 'abcdef')
  const fd = openSync(path, 'r')
  const before = openMappings().length
  const mapping = new Mapping(fd, 6, path)
  closeSync(fd)
  const view = mapping.bytes
  assert.is(Buffer.from(view).toString(), 'abcdef')
  assert.is(openMappings().length, before + 1)
  mapping[Symbol.dispose]()
  mapping[Symbol.dispose]()
  assert.is(view.length, 0)
  assert.throws(() => mapping.bytes, /used after it was unmapped/)
  assert.is(openMappings().length, before)
})

test('what cannot be mapped is an error', () => {
  const fd = openSync('/', 'r')
  try {
    const failed = (errno: string) => (error: unknown) => error instanceof SyscallError && error.errno === errno
    assert.throws(() => new Mapping(fd, 4096, '/'), failed('ENODEV'))
    assert.throws(() => new Mapping(fd, 0, '/'), failed('EINVAL'))
    assert.throws(() => new Mapping(-1, 4096, 'nothing'), failed('EBADF'))
  } finally {
    closeSync(fd)
  }
})

test.run()
