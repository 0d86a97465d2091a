import * as assert from 'uvu/assert'
import { ObjectError, SyscallError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('types that the kernel refuses', [needs.root])

test('what is wrong is told, also when its log is longer than the first room for it', () => {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  for (let index = 0; index < 5000; index += 1) types.struct(`a_struct_whose_name_fills_the_log_${index}`, [['member', int]])
  types.struct('not a name', [['member', int]])
  using target = new LinuxTarget()
  assert.throws(
    () => target.loadBtf(types.bytes()),
    (error: unknown) =>
      error instanceof ObjectError && /not a name.*Invalid name/.test(error.expected) && error.cause instanceof SyscallError && error.cause.errno === 'EINVAL',
  )
})

test.run()
