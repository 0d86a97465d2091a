import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkAlone } from '../../../../src/experiment/index.ts'

const test = suite('what could disturb an experiment')

test('other runs of ccdk are named', () => {
  const check = 'no other ccdk runs'
  assert.equal(checkAlone([]), { check, found: 'none', ok: true })
  const others = [{ command: 'ab', pid: 12 }, { command: 'path up', pid: 345 }]
  assert.equal(checkAlone(others), { check, found: 'ccdk ab (process 12), ccdk path up (process 345)', ok: false })
})

test.run()
