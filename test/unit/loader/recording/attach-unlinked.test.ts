/** What the loader asks of a kernel that is too old for a link, and for programs that never had one. */
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { parseBtf } from '../../../../src/btf/index.ts'
import { SyscallError, UnsupportedKernelError, UsageError } from '../../../../src/errors/index.ts'
import {
  attach,
  type AttachOptions,
  ATTACH_TYPE,
  type Feature,
  type Handle,
  isUnlinked,
  load,
  type LoadedObject,
  openObject,
  RecordingTarget,
  sectionKind,
  type UnlinkedAttachment,
} from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('attachments without a link', [needs.clang])

const bytes = readFileSync(await compileFixture('links'))
const types = new BtfWriter()
types.int('int', 4, { signed: true })
const kernel = kernelOf(parseBtf(types.bytes(), { file: 'a kernel of an integer' }))

/** One of the programs, with another section if one is given. */
function loadOne(target: RecordingTarget, name: string, section?: string): LoadedObject {
  const object = openObject(bytes, 'links.bpf.o', { sections: () => (section === undefined ? undefined : (sectionKind(section) ?? undefined)) })
  for (const program of object.programs) program.autoload = program.name === name
  return load(object, target)
}

interface Case {
  feature: Feature
  program: string
  options: (loaded: LoadedObject) => AttachOptions
  attachment: (loaded: LoadedObject) => UnlinkedAttachment
}

function socketsOf(loaded: LoadedObject): Handle {
  const map = loaded.maps.get('sockets')?.handle
  assert.ok(map)
  return map
}

const cases: readonly Case[] = [
  {
    feature: 'tcx_link',
    program: 'tc_three',
    options: () => ({ interface: 7, filter: { priority: 3 } }),
    attachment: () => ({ way: 'filter', interface: 7, direction: 'egress', priority: 3 }),
  },
  { feature: 'xdp_link', program: 'xdp_one', options: () => ({ interface: 7, flags: 2 }), attachment: () => ({ way: 'xdp', interface: 7, flags: 2 }) },
  {
    feature: 'cgroup_link',
    program: 'cgroup_one',
    options: () => ({ file: 9 }),
    attachment: () => ({ way: 'cgroup', file: 9, attachType: ATTACH_TYPE.CGROUP_INET_EGRESS, flags: 0 }),
  },
  {
    feature: 'sockmap_link',
    program: 'message',
    options: (loaded) => ({ map: socketsOf(loaded) }),
    attachment: (loaded) => ({ way: 'sockmap', map: socketsOf(loaded), attachType: ATTACH_TYPE.SK_MSG_VERDICT }),
  },
]

for (const { feature, program, options, attachment } of cases) {
  test(`${program}: a kernel without ${feature} takes it without a link, where that is allowed`, () => {
    using target = new RecordingTarget(kernel, { failures: [{ method: 'attach', error: 'EINVAL' }], features: { [feature]: 'no' } })
    using loaded = loadOne(target, program)
    assert.throws(
      () => attach(loaded, program, options(loaded)),
      (error: unknown) => error instanceof UnsupportedKernelError && /withoutLink: "allowed"/.test(error.hint),
    )
    using attached = attach(loaded, program, { ...options(loaded), withoutLink: 'allowed' })
    assert.ok(isUnlinked(attached))
    const call = target.calls.at(-1)
    assert.equal(call?.method === 'attachUnlinked' && call.args[1], attachment(loaded))
  })

  test(`${program}: another refusal is no reason to attach it without a link`, () => {
    using target = new RecordingTarget(kernel, { failures: [{ method: 'attach', error: 'EINVAL' }] })
    using loaded = loadOne(target, program)
    assert.throws(() => attach(loaded, program, { ...options(loaded), withoutLink: 'allowed' }), (error: unknown) => error instanceof SyscallError)
    assert.not.ok(target.calls.some(({ method }) => method === 'attachUnlinked'))
  })
}

test('a program of a lirc device is attached without a link on every kernel', () => {
  using target = new RecordingTarget(kernel)
  using loaded = loadOne(target, 'filter_one', 'lirc_mode2')
  assert.throws(() => attach(loaded, 'filter_one', { file: 4 }), (error: unknown) => error instanceof UsageError && /withoutLink/.test(error.hint))
  const attached = attach(loaded, 'filter_one', { file: 4, withoutLink: 'allowed' })
  const call = target.calls.at(-1)
  assert.equal(call?.method === 'attachUnlinked' && call.args[1], { way: 'lirc', file: 4, attachType: ATTACH_TYPE.LIRC_MODE2, flags: 0 })
  assert.ok(target.open.includes('attachment of program "filter_one"'))
  if (isUnlinked(attached)) attached.leave()
  assert.not.ok(target.open.includes('attachment of program "filter_one"'))
})

test('programs that only links attach say so', () => {
  using target = new RecordingTarget(kernel)
  using loaded = loadOne(target, 'hook')
  assert.throws(() => attach(loaded, 'hook', { withoutLink: 'always' }), (error: unknown) => error instanceof UsageError && /by links alone/.test(error.message))
})

test.run()
