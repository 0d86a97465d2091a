import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { decompress } from '../../../src/kernel-image/decompress.ts'
import { readKernelImage } from '../../../src/kernel-image/index.ts'
import { ObjectError } from '../../../src/errors/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { writeElf } from '../../support/elf-writer.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('kernel images', [needs.compressors])

const release = '6.12.3-test'
const banner = `Linux version ${release} (somebody@somewhere) #1 SMP Debian 6.12.34-1 (2026-01-01)`
const config = 'CONFIG_TCP_CONG_DCTCP=m\nCONFIG_HZ=250\n'

/** Types that take more than 64 KiB, as those of a kernel do. */
function types(): Buffer {
  const writer = new BtfWriter()
  writer.struct('sock', [])
  for (let index = 0; index < 4000; index += 1) writer.struct(`struct_${index}`, [])
  return Buffer.from(writer.bytes())
}

const ikconfig = Buffer.concat([Buffer.from('IKCFG_ST'), gzipSync(config), Buffer.from('IKCFG_ED')])
const text = Buffer.concat([Buffer.from(`Linux version %s\n\0${banner}\n\0`), ikconfig])
const kernel = Buffer.from(
  writeElf({ machine: 62, type: 2, sections: [{ name: '.rodata', data: text }, { name: '.BTF', data: types() }] }),
)

const by = async (command: string, args: readonly string[], input: Uint8Array): Promise<Buffer> =>
  Buffer.from((await execa(command, args, { input, encoding: 'buffer' })).stdout)

/** As arch/x86/boot/compressed/Makefile calls them. */
const packers = {
  gzip: async (bytes: Buffer) => gzipSync(bytes),
  xz: (bytes: Buffer) => by('xz', ['--check=crc32', '--x86', '--lzma2=dict=32MiB'], bytes),
  zstd: async (bytes: Buffer) => zstdCompressSync(bytes),
  lz4: (bytes: Buffer) => by('lz4', ['-l', '-9', '-c', '-'], bytes),
}

const sizeOf = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  return size
}

// ABI: Documentation/arch/x86/boot.rst.
function bzImage(payload: Buffer): Buffer {
  const setup = Buffer.alloc(3 * 512)
  setup[0x1f1] = 2
  setup.write('HdrS', 0x202)
  setup.writeUInt16LE(0x20f, 0x206)
  setup.writeUInt16LE(0x300, 0x20e)
  setup.write(`${release} (somebody) #1 SMP Debian 6.12.34-1\0`, 0x500)
  setup.writeUInt32LE(100, 0x248)
  setup.writeUInt32LE(payload.length, 0x24c)
  return Buffer.concat([setup, Buffer.alloc(100, 0x90), payload, Buffer.alloc(50, 0xcc)])
}

function zboot(payload: Buffer, kind: string): Buffer {
  const header = Buffer.alloc(64)
  header.write('MZ')
  header.write('zimg', 4)
  header.writeUInt32LE(64, 8)
  header.writeUInt32LE(payload.length, 12)
  header.write(kind, 24)
  return Buffer.concat([header, payload])
}

async function says(image: Buffer, name: string): Promise<void> {
  const found = await readKernelImage(image, name)
  assert.ok(found.btf.find('struct_3999', 'struct') !== undefined, name)
  assert.is(found.release, release, name)
  assert.is(found.version, (6 << 16) | (12 << 8) | 34, name)
  assert.is(found.config, config, name)
}

const refusal = (image: Uint8Array): Promise<ObjectError> => refused(readKernelImage(image, 'vmlinuz'))

async function refused(reading: Promise<unknown>): Promise<ObjectError> {
  try {
    await reading
  } catch (error) {
    if (error instanceof ObjectError) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('an ELF file: types, version and configuration', () => says(kernel, 'vmlinux'))

test('raw types say neither version nor configuration', async () => {
  const { release: none, version, config: missing } = await readKernelImage(types(), 'btf')
  assert.equal([none, version, missing], [null, 0, undefined])
})

for (const name of ['gzip', 'xz', 'zstd', 'lz4'] as const) {
  const pack = packers[name]
  test(`${name}: a file, a boot image of x86, and one of EFI`, async () => {
    const packed = await pack(kernel)
    await says(packed, `vmlinux.${name}`)
    const payload = name === 'gzip' ? packed : Buffer.concat([packed, sizeOf(kernel)])
    await says(bzImage(payload), `bzImage of ${name}`)
    await says(zboot(payload, name), `zboot of ${name}`)
    await says(zboot(packed, name), `zboot of ${name} without its size`)
  })

  test(`${name}: cut short at many places and with flipped bytes it is refused, and the compressor is named`, async () => {
    const packed = await pack(kernel)
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const { path } = await refusal(packed.subarray(0, Math.floor(packed.length * part)))
      assert.match(path, new RegExp(`${name}|^\\.BTF|section|header`))
    }
    for (let at = 8; at < packed.length; at += Math.ceil(packed.length / 40)) {
      const damaged = Buffer.from(packed)
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      await readKernelImage(damaged, 'damaged').catch((error: unknown) => {
        if (!(error instanceof ObjectError)) throw error
      })
    }
  })

  test(`${name}: what unpacks to more than it may is refused`, async () => {
    const bomb = await pack(Buffer.alloc(2 ** 24))
    const place = { file: 'vmlinuz', path: name }
    const unpacked = await decompress(bomb, name, place, 2 ** 24)
    assert.is(unpacked.length, 2 ** 24)
    const error = await refused(decompress(bomb, name, place, 2 ** 24 - 1))
    assert.is(error.message, `vmlinuz: ${name}: at most 16777215 bytes when it is unpacked`)
  })
}

test('an uncompressed image that is no ELF file, as arm64 boots', async () => {
  const decoy = Buffer.from([0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0])
  await says(Buffer.concat([Buffer.alloc(1000, 0xaa), text, decoy, Buffer.alloc(8), types(), Buffer.alloc(77)]), 'Image')
})

test('types in a compressed archive, as those that are collected for kernels without', async () => {
  const header = Buffer.alloc(512)
  header.write('5.4.0-1.btf')
  header.write(types().length.toString(8).padStart(11, '0'), 124)
  header.write('0', 156)
  header.write('ustar', 257)
  const archive = Buffer.concat([header, types(), Buffer.alloc(1024)])
  const { btf } = await readKernelImage(await by('xz', [], archive), '5.4.btf.tar.xz')
  assert.is(btf.find('sock', 'struct'), 1)
  assert.is((await refusal(await by('xz', [], archive.subarray(0, 600)))).path, 'tar')
})

test('an archive whose sizes are negative is refused', async () => {
  const header = Buffer.alloc(1024)
  // One block back: to where it is.
  header.write('-0000001000', 124)
  header.write('0', 156)
  header.write('ustar', 257)
  assert.is((await refusal(header)).path, 'tar')
})

test('many small pieces take no more memory than a few large ones: blocks of lz4, and beginnings of BTF', async () => {
  // A block of one letter each, and a header each whose BTF would be large enough.
  const header = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const code = `
    const { unpackLz4 } = await import(${JSON.stringify(import.meta.resolve('../../../src/kernel-image/lz4.ts'))})
    const { btfIn } = await import(${JSON.stringify(import.meta.resolve('../../../src/kernel-image/raw-btf.ts'))})
    const blocks = Buffer.alloc(1e6 * 6, Buffer.from([2, 0, 0, 0, 0x10, 0x41]))
    const unpacked = unpackLz4(Buffer.concat([Buffer.from([2, 0x21, 0x4c, 0x18]), blocks]), 2 ** 30, () => new Error())
    const found = btfIn(Buffer.alloc(1e6 * 24, Buffer.from(${JSON.stringify(header)})))
    ;(await import('node:worker_threads')).parentPort.postMessage([unpacked.length, found.length])`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  })
  const [answer] = await once(worker, 'message')
  assert.equal(answer, [1e6, 24 + 2 ** 16])
})

test('what cannot be unpacked here is named, with what to do', async () => {
  const error = await refusal(bzImage(Buffer.from([0x5d, 0, 0, 0x80, 0, 0, 0, 0])))
  assert.is(error.path, 'lzma')
  assert.match(error.hint, 'scripts/extract-vmlinux')
})

test('compression in compression ends somewhere', async () => {
  let nested: Buffer = types()
  for (let depth = 0; depth < 20; depth += 1) nested = gzipSync(nested)
  assert.match((await refusal(nested)).message, 'at most 4 layers')
})

test('a payload outside of the file, and a file with nothing in it', async () => {
  const image = bzImage(Buffer.from('x'))
  image.writeUInt32LE(2 ** 31, 0x248)
  assert.is((await refusal(image)).path, 'payload')
  assert.match((await refusal(Buffer.from('CONFIG_TCP_CONG_BBR=m\n'))).message, 'a kernel image with BTF in it')
})

test.run()
