import { mkdtempDisposableSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openReplay } from '../../../../cli/top/scripts.ts'
import { UsageError } from '../../../../src/errors/index.ts'

const test = suite('a recording that is opened')

const refusal = (file: string): Promise<unknown> => openReplay(file).catch((error: unknown) => error)

test('one that is too large, or not there, is said to be', async () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'ccdk-'))
  const file = join(directory.path, 'large.ccdk')
  writeFileSync(file, '')
  // No block of it is on the disk.
  truncateSync(file, 2 ** 31)
  const large = await refusal(file)
  assert.instance(large, UsageError)
  assert.match(String(large), 'large.ccdk: a recording of 2 GiB or more cannot be shown')
  assert.match(String(await refusal(join(directory.path, 'none'))), 'there is no such file')
})

test.run()
