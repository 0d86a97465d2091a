import { rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { assertNothingLeft, bpfObjects } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('the leak check', [needs.root, needs.bpftool])

/** Makes an array map that is pinned in a BPF file system of its own, which keeps it alive until it is unmounted. */
async function pinnedMap(mountPoint: string): Promise<void> {
  await execa('mount', ['-t', 'bpf', 'bpf', mountPoint])
  const shape = ['type', 'array', 'key', '4', 'value', '8', 'entries', '1']
  await execa('bpftool', ['map', 'create', join(mountPoint, 'map'), ...shape, 'name', 'forgotten'])
}

test('hands on what the action returns', async () => {
  assert.is(await assertNothingLeft(() => 42), 42)
})

test('names a descriptor that was left open', async () => {
  let fd = -1
  const forgetful = (): void => {
    fd = openSync('/etc/passwd', 'r')
  }
  await rejects(assertNothingLeft(forgetful, 500), /^Error: left behind: fd \d+ \/etc\/passwd$/v)
  closeSync(fd)
})

test('names a map that was left behind', async () => {
  using directory = temporaryDirectory()
  try {
    const forgetful = (): Promise<void> => pinnedMap(directory.path)
    await rejects(assertNothingLeft(forgetful, 500), /^Error: left behind: map \d+ "forgotten" \(array\)/v)
  } finally {
    await execa('umount', [directory.path])
  }
})

test('waits for the kernel to free what was let go', async () => {
  using directory = temporaryDirectory()
  let seen = false
  await assertNothingLeft(async () => {
    await pinnedMap(directory.path)
    seen = [...(await bpfObjects())].some((object) => object.includes('"forgotten"'))
    await execa('umount', [directory.path])
  })
  assert.ok(seen)
})

/** Makes a map when it reads something, and holds it until its input ends. */
const holder = `
  import { LinuxTarget } from ${JSON.stringify(import.meta.resolve('../../../src/kernel/index.ts'))}
  process.stdin.once('data', () => {
    const shape = { name: 'held', type: 2, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 }
    globalThis.map = new LinuxTarget().createMap(shape)
    console.log('made')
  })
`

test('leaves out what another process holds', async () => {
  const child = execa(process.execPath, ['--input-type=module', '--eval', holder], { stdin: 'pipe' })
  try {
    let seen = false
    await assertNothingLeft(async () => {
      child.stdin.write('make')
      await once(child.stdout, 'data')
      seen = [...(await bpfObjects())].some((object) => object.includes('"held"'))
    })
    assert.ok(seen)
  } finally {
    child.stdin.end()
    await child
  }
})

test.run()
