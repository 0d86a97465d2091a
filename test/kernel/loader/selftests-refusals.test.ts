// gate: timeout 1800s
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import { CcdkError, VerifierError, type VerifierSummary } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { buildSelftests } from '../../support/selftests.ts'
import { type ExpectedRefusal, expectedRefusals } from '../support/expected-refusals.ts'

/** What the kernel's own tests expect the verifier to say is what a summary says. */
const test = suite("what the kernel's tests expect to be refused", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

interface Refusal extends ExpectedRefusal {
  object: string
  log: string
  summary: VerifierSummary
}

const refusals: Refusal[] = []
const counts = { programs: 0, loaded: 0, notTried: 0 }

/** Expected texts that are no reasons: what the log tells on the way, and so not for a summary. */
const explained: Readonly<Record<string, RegExp>> = {
  'a state of registers that the walk comes by': /^: R\d/,
  'the name of the function, which stands in its source line': /^cgrp_kfunc_acquire_trusted_walked$/,
  'the type of a register that the reason is about': /^untrusted_ptr_bpf_map$/,
}

test.before(async () => {
  const { objects } = await buildSelftests()
  using target = new LinuxTarget()
  for (const file of objects) {
    const bytes = await readFile(file)
    const object = basename(file, '.bpf.o')
    for (const expected of expectedIn(bytes, object)) {
      counts.programs += 1
      const outcome = tried(bytes, object, expected.program, target)
      if (outcome instanceof VerifierError) refusals.push({ ...expected, object, log: outcome.log, summary: outcome.summary })
      else if (outcome === null) counts.loaded += 1
      else counts.notTried += 1
    }
  }
  console.log(`${counts.programs} programs: ${refusals.length} refused, ${counts.loaded} loaded, ${counts.notTried} that this kernel's types or configuration do not allow`)
})

function expectedIn(bytes: Uint8Array, name: string): ExpectedRefusal[] {
  try {
    return expectedRefusals(openObject(bytes, name))
  } catch (error) {
    if (error instanceof CcdkError) return []
    throw error
  }
}

function tried(bytes: Uint8Array, name: string, program: string, target: LinuxTarget): CcdkError | null {
  try {
    const object = openObject(bytes, name)
    for (const spec of object.programs) spec.autoload = spec.name === program
    for (const spec of object.structOps) spec.autocreate = [...spec.programs.values()].includes(program)
    load(object, target)[Symbol.dispose]()
    return null
  } catch (error) {
    if (error instanceof CcdkError) return error
    throw error
  }
}

/** A text in which `{{…}}` is a regular expression, as the kernel's test_loader reads it. */
function patternOf(message: string): RegExp {
  const parts = message.split(/(\{\{.*?\}\})/)
  return new RegExp(parts.map((part) => (part.startsWith('{{') ? part.slice(2, -2) : part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))).join(''))
}

test('the reason is what they expect, or an explained exception', () => {
  // The kernel that runs is newer than its tests here, and words some refusals otherwise.
  const same = refusals.filter(({ messages, log }) => messages.length > 0 && messages.every((text) => patternOf(text).test(log)))
  const other = same.filter(({ messages, summary }) => !messages.some((text) => patternOf(text).test(summary.reason)))
  const isExplained = (text: string) => Object.values(explained).some((pattern) => pattern.test(text))
  const unexplained = other.filter(({ messages }) => !messages.every(isExplained))
  console.log(`${same.length} are refused in the words of the tests, ${other.length} of them for no reason that is one`)
  assert.equal(unexplained.map(({ object, program, messages, summary }) => `${object} ${program}: ${messages.join(' ')}: ${summary.reason}`), [])
  assert.ok(same.length > 600)
  // An explanation of what no longer differs would hide what differs next.
  for (const [why, pattern] of Object.entries(explained)) {
    assert.ok(other.some(({ messages }) => messages.some((text) => pattern.test(text))), why)
  }
})

test('the instruction and the source line are those at the end of the log', () => {
  let byObject = 0
  for (const { object, program, log, summary } of refusals) {
    const lines = log.split('\n')
    const last = lines.findLast((line) => /^\d+: \([\da-f]{2}\) /.test(line))
    // Of the longest logs only the end is read, where a loop's source line does not come again.
    if (last === undefined || log.length > 4 * 2 ** 20) continue
    assert.ok(last.startsWith(`${summary.instruction?.index}: `), `${object} ${program}: ${last}`)
    const said = lines.findLast((line) => / @ \S+:\d+$/.test(line))
    const place = `${summary.source?.file}:${summary.source?.line}`
    if (said !== undefined) assert.ok(said.endsWith(` @ ${place}`), `${object} ${program}: ${place}`)
    // Where the kernel says no line, the object may.
    else if (summary.source !== null) byObject += 1
  }
  assert.ok(byObject > 10, `${byObject}`)
})

test('a register that the reason names is shown as the log has it, and most refusals come with something to do', () => {
  const named = refusals.filter(({ summary }) => /^R\d .*mem access '/.test(summary.reason))
  assert.ok(named.length > 50)
  const shown = named.filter(({ summary }) => summary.registers[0]?.name === summary.reason.slice(0, 2))
  for (const { object, program, summary, log } of shown) {
    assert.ok(log.includes(`=${summary.registers[0]?.state}`), `${object} ${program}`)
  }
  // A call can make a register worthless, of which the log says nothing.
  assert.ok(named.length - shown.length <= 3, named.filter((one) => !shown.includes(one)).map(({ program }) => program).join(' '))
  const helpless = refusals.filter(({ summary }) => summary.suggestion === null)
  console.log(`${helpless.length} of ${refusals.length} have no suggestion`)
  assert.ok(helpless.length < refusals.length / 4)
})

test.run()
