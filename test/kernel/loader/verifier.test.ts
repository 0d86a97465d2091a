import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { VerifierError } from '../../../src/errors/index.ts'
import { load } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('what the verifier refuses', [needs.root, needs.structOps, needs.clang, needs.bpftool])

/** Loads an object that the verifier refuses; nothing of it may be left. */
async function refusal(fixture: string): Promise<VerifierError> {
  const object = await openFixture(fixture)
  return await leavesNothing((target) => {
    try {
      load(object, target)[Symbol.dispose]()
    } catch (error) {
      if (error instanceof VerifierError) return error
      throw error
    }
    throw new Error('it was not refused')
  })
}

/** The log of the last program that bpftool tried to load, which libbpf reads with a buffer of its own. */
async function logOfLibbpf(fixture: string): Promise<string> {
  const file = await compileFixture(fixture)
  await using bpffs = await mountBpffs()
  const { stderr } = await execa('bpftool', ['prog', 'loadall', file, `${bpffs.path}/programs`], { reject: false })
  return /-- BEGIN PROG LOAD LOG --\n([^]*)-- END PROG LOAD LOG --/.exec(stderr)?.[1] ?? ''
}

test('the error has the whole log, and a summary that names the source line', async () => {
  const error = await refusal('verifier_reject')
  assert.is(error.program, 'writes_to_srtt')
  assert.is(error.errno, 'EACCES')
  assert.is(error.log, await logOfLibbpf('verifier_reject'))
  const { reason, source, instruction, registers, calls, suggestion } = error.summary
  assert.match(reason, /^no write support to tcp_sock at off \d+$/)
  assert.match(source?.file ?? '', /verifier_reject\.bpf\.c$/)
  assert.equal([source?.line, source?.text], [9, 'tcp_sk(sk)->srtt_us = 0;'])
  assert.match(instruction?.text ?? '', /^\(63\) \*\(u32 \*\)\(r1 \+\d+\) = r2$/)
  assert.equal(registers.map(({ name }) => name), ['R1', 'R2'])
  // What the pointer is called has changed from one kernel to the next.
  assert.match(registers[0]?.state ?? '', /^(trusted_)?ptr_(tcp_)?sock\(/)
  assert.is(registers[1]?.state, '0')
  assert.equal(calls, [])
  assert.match(suggestion ?? '', /^an algorithm may write these fields alone: of tcp_sock snd_cwnd, /)
  assert.match(error.message, /^the verifier refused program "writes_to_srtt" \(EACCES\): /)
})

test('a log of some megabytes is whole too', async () => {
  const error = await refusal('long_log')
  assert.is(error.program, 'refused_late')
  assert.ok(error.log.length > 2 ** 20, `${error.log.length} bytes`)
  const expected = await logOfLibbpf('long_log')
  assert.is(error.log.length, expected.length)
  assert.ok(error.log === expected)
  assert.match(error.log.slice(0, 2000), 'R1=ctx() R10=fp0')
  assert.match(error.log, /\nprocessed \d+ insns .*\n$/)
  assert.match(error.summary.reason, 'no write support to tcp_sock at off ')
  assert.is(error.summary.source?.text, 'tcp_sk(sk)->srtt_us = sum;')
  assert.ok(error.message.length < 400, error.message)
})

test('the machine has no object more than before', async () => {
  await assertNothingLeft(async () => {
    await refusal('verifier_reject')
    await refusal('long_log')
  })
})

test.run()
