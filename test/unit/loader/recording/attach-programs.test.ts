/** What the loader asks of a kernel for programs that attach to functions of other programs. */
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { parseBtf } from '../../../../src/btf/index.ts'
import { UsageError } from '../../../../src/errors/index.ts'
import { attach, ATTACH_TYPE, type Handle, load, type LoadedObject, openObject, PROG_TYPE, type ProgramFunction, RecordingTarget } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('programs for functions of other programs', [needs.clang])

const [replaced, replacing] = await Promise.all(['replaced', 'replacing'].map(async (name) => readFileSync(await compileFixture(name))))

const types = new BtfWriter()
types.int('int', 4, { signed: true })
const kernel = kernelOf(parseBtf(types.bytes(), { file: 'a kernel of an integer' }))

/** The program whose function others attach to, and that function's place in its types. */
function askingOn(target: RecordingTarget): { asking: LoadedObject; program: Handle; function: number } {
  const asking = load(openObject(replaced ?? new Uint8Array(), 'replaced.bpf.o'), target)
  const program = asking.programs.get('asks')?.handle
  assert.ok(program)
  return { asking, program, function: asking.object.btf.find('answer', 'func') ?? 0 }
}

function loadReplacing(target: RecordingTarget, name: string, to?: ProgramFunction): LoadedObject {
  const object = openObject(replacing ?? new Uint8Array(), 'replacing.bpf.o')
  for (const program of object.programs) program.autoload = program.name === name
  return load(object, target, to === undefined ? {} : { attachTo: { [name]: to } })
}

const lastLoaded = (target: RecordingTarget) => target.calls.flatMap((call) => (call.method === 'loadProgram' ? [call.args[0]] : [])).at(-1)

const cases = [
  ['answers_two', undefined, PROG_TYPE.EXT, 0],
  ['before_answer', undefined, PROG_TYPE.TRACING, ATTACH_TYPE.TRACE_FENTRY],
  // The function is named by the caller where the section names none.
  ['unsaid', 'answer', PROG_TYPE.EXT, 0],
] as const

for (const [name, called, type, attachType] of cases) {
  test(`${name} is loaded for the function of the program`, () => {
    using target = new RecordingTarget(kernel)
    const { asking, program, function: answer } = askingOn(target)
    using _ = asking
    using loaded = loadReplacing(target, name, { program, ...(called === undefined ? {} : { function: called }) })
    const definition = lastLoaded(target)
    assert.equal([definition?.type, definition?.expectedAttachType], [type, attachType])
    assert.ok(answer > 0)
    assert.equal(definition?.attach, { type: answer, program })
    using link = attach(loaded, name)
    assert.ok(link.number > 0)
  })
}

test('it is attached to what it was loaded for, or to the same function of another program', () => {
  using target = new RecordingTarget(kernel)
  const { asking, program, function: answer } = askingOn(target)
  using _ = asking
  using loaded = loadReplacing(target, 'answers_two', { program })
  const attached = (options: Parameters<typeof attach>[2]) => {
    using link = attach(loaded, 'answers_two', options)
    assert.ok(link.number > 0)
    const call = target.calls.at(-1)
    return call?.method === 'attach' ? call.args[1] : undefined
  }
  assert.equal(attached({}), { way: 'freplace' })
  assert.equal(attached({ replaces: { program }, cookie: 5n }), { way: 'freplace', in: { program, type: answer }, cookie: 5n })
})

test('what is not said, and a function that is not there, are errors that say so', () => {
  using target = new RecordingTarget(kernel)
  const { asking, program } = askingOn(target)
  using _ = asking
  const refused = (hint: RegExp, message: RegExp) => (error: unknown) => error instanceof UsageError && hint.test(error.hint) && message.test(error.message)
  assert.throws(() => loadReplacing(target, 'answers_two'), refused(/attachTo/, /which is not said/))
  assert.throws(() => loadReplacing(target, 'answers_two', { program, function: 'ask' }), refused(/static/, /program "asks" has no function "ask"/))
  assert.throws(() => loadReplacing(target, 'unsaid', { program }), refused(/static/, /no function ""/))
  assert.throws(() => loadReplacing(target, 'answers', { program }), refused(/^$/, /attachTo names program "answers", but replacing.bpf.o has .*answers_two/))
})

test('a program may be called as what every object of JavaScript has', () => {
  const names = ['constructor', '__proto__', 'toString']
  const object = openObject(writeObject(new BtfWriter(), functions(names.map((name) => ({ name, section: 'socket' })))), 'names.bpf.o')
  using target = new RecordingTarget(kernel)
  using loaded = load(object, target, { attachTo: {} })
  assert.equal([...loaded.programs.keys()], names)
  assert.equal(target.calls.flatMap((call) => (call.method === 'loadProgram' ? [call.args[0].attach] : [])), names.map(() => undefined))
})

test.run()
