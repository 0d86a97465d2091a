import { readFileSync } from 'node:fs'
import { array, assert as checkProperty, bigInt, constantFrom, property } from 'fast-check'
import * as assert from 'uvu/assert'
import { setValues } from '../../../../cli/register/set-values.ts'
import { UsageError } from '../../../../src/errors/index.ts'
import { type BpfObject, initialVariable, openObject, setVariable, setVariableFromText } from '../../../../src/loader/index.ts'
import { setMember } from '../../../../src/structops/index.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'

const test = suite('initial values', [needs.clang])

const open = async (): Promise<BpfObject> => {
  const file = await compileFixture('versions')
  return openObject(readFileSync(file), 'versions.bpf.o')
}

const specOf = (object: BpfObject, name = 'versions') => {
  const spec = object.structOps.find((one) => one.name === name)
  if (spec === undefined) throw new Error(`no ${name}`)
  return spec
}

test('globals of each kind of section, and parts of them, take values as a person writes them', async () => {
  const object = await open()
  setValues(object, [
    'initial_cwnd=0x20',
    'label=four,1',
    'quick=true',
    'small=-128',
    'tuning.gain=4_000_000_000',
    'tuning.inner.steps[2]=-7',
    'tuning.inner.flavour=STRONG',
    'tuning.narrow=5',
    'tuning.wide=31',
    'inits=18446744073709551615',
  ])
  assert.is(initialVariable(object, 'initial_cwnd'), 32)
  assert.is(initialVariable(object, 'label'), 'four,1')
  assert.is(initialVariable(object, 'quick'), true)
  assert.is(initialVariable(object, 'small'), -128)
  assert.is(initialVariable(object, 'inits'), 2n ** 64n - 1n)
  assert.equal(initialVariable(object, 'tuning'), {
    gain: 4_000_000_000,
    inner: { steps: [0, 0, -7, 0], flavour: 'STRONG' },
    narrow: 5,
    wide: 31,
  })
  setValues(object, ['tuning.inner.steps=1,2, 3,-4', 'tuning.narrow=0', 'label='])
  assert.equal(initialVariable(object, 'tuning'), {
    gain: 4_000_000_000,
    inner: { steps: [1, 2, 3, -4], flavour: 'STRONG' },
    narrow: 0,
    wide: 31,
  })
  assert.is(initialVariable(object, 'label'), '')
})

test('members of struct_ops variables too, programs among them', async () => {
  const object = await open()
  const spec = specOf(object)
  setValues(object, ['versions.flags=2', 'versions.name=a=b', 'versions.cong_avoid=none', 'versions_plain.flags=1'])
  assert.is(new DataView(spec.bytes.buffer, spec.bytes.byteOffset + 112).getUint32(0, true), 2)
  assert.is(Buffer.from(spec.bytes).subarray(96, 99).toString(), 'a=b')
  assert.not.ok(spec.programs.has('cong_avoid'))
  setValues(object, ['versions.cong_avoid=versions_cong_avoid'])
  assert.is(spec.programs.get('cong_avoid'), 'versions_cong_avoid')
})

const refusals: readonly (readonly [assignment: string, message: string, hint: string])[] = [
  ['initial_cwnd', '--set takes VARIABLE=VALUE, and "initial_cwnd" is not that', ''],
  ['=3', '--set takes VARIABLE=VALUE, and "=3" is not that', ''],
  [
    'initial_cwn=3',
    'versions.bpf.o has no variable "initial_cwn"; it has versions, versions_plain, inits, releases, acks, windows, hidden_count, tuning, small, initial_cwnd, label, quick',
    'did you mean "initial_cwnd"?',
  ],
  ['initial_cwnd=-1', 'initial_cwnd: u32 takes 0 to 4294967295, not "-1"', ''],
  ['initial_cwnd=ten', 'initial_cwnd: u32 takes 0 to 4294967295, not "ten"', ''],
  ['initial_cwnd=', 'initial_cwnd: u32 takes 0 to 4294967295, not ""', ''],
  ['initial_cwnd.x=1', 'initial_cwnd.x: initial_cwnd is no struct but an int', ''],
  ['initial_cwnd[0]=1', 'initial_cwnd is no array but an int', ''],
  ['small=128', 'small: s8 takes -128 to 127, not "128"', ''],
  ['quick=yes', 'quick: a bool takes true or false, not "yes"', ''],
  ['label=too long a', 'label: it takes a text of at most 8 bytes, and "too long a" has 10', ''],
  ['tuning=1', 'tuning: it is a struct, and only its members take a value: tuning.gain, tuning.inner, tuning.narrow, tuning.wide', ''],
  ['tuning.gains=1', 'tuning.gains: there is no such member; there are gain, inner, narrow, wide', 'did you mean "tuning.gain"?'],
  ['tuning.narrow=8', 'tuning.narrow: u8 of 3 bits takes 0 to 7, not "8"', ''],
  ['tuning.inner.steps[4]=1', 'tuning.inner.steps[4]: the array has 4 elements, counted from 0', ''],
  ['tuning.inner.steps=1,2', 'tuning.inner.steps: it is an array of 4, and "1,2" has 2', 'one element is tuning.inner.steps[0]'],
  ['tuning.inner.steps=1,2,3,x', 'tuning.inner.steps[3]: s16 takes -32768 to 32767, not "x"', ''],
  ['tuning.inner.flavour=STONG', 'tuning.inner.flavour: enum flavour takes MILD, STRONG, not "STONG"', 'did you mean STRONG?'],
  ['tuning.inner..steps=1', 'tuning.inner..steps: a path is like "a.b[2].c", and "..steps" is not', ''],
  ['versions=1', 'versions is a struct_ops variable: one of its members can be set, versions.MEMBER', ''],
  ['versions.flag=1', 'versions.flag: there is no such member; there are ssthresh, cong_avoid, set_state, cwnd_event, in_ack_event, pkts_acked, min_tso_segs, cong_control, undo_cwnd, sndbuf_expand, init, release, name, flags', 'did you mean "versions.flags"?'],
  ['versions.flags=4294967296', 'versions.flags: u32 takes 0 to 4294967295, not "4294967296"', ''],
  ['versions.name=0123456789abcdef', 'versions.name: "0123456789abcdef" is longer than the 15 bytes that it takes', ''],
  ['versions.init=version_init', 'versions.init: no program "version_init" in versions.bpf.o', 'did you mean "versions_init"?'],
]

test('what does not fit is refused with what would, and nothing is changed', async () => {
  const object = await open()
  const bytes = () => JSON.stringify([...object.maps.map(({ initial }) => initial), ...object.structOps.map((spec) => spec.bytes)])
  const before = bytes()
  for (const [assignment, message, hint] of refusals) {
    try {
      setValues(object, [assignment])
      assert.unreachable(assignment)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      assert.equal([error.message, error.hint], [message, hint], assignment)
    }
    assert.is(bytes(), before, assignment)
  }
})

test('the same through the library, with values instead of texts', async () => {
  const object = await open()
  setVariable(object, 'tuning.inner.steps[1]', 9)
  setVariable(object, 'tuning.wide', 3)
  setVariable(object, 'initial_cwnd', 7)
  setMember(object, specOf(object), 'flags', 3)
  assert.equal(initialVariable(object, 'tuning'), {
    gain: 10,
    inner: { steps: [0, 9, 0, 0], flavour: 0 },
    narrow: 0,
    wide: 3,
  })
  assert.throws(() => setVariable(object, 'tuning.inner.steps[1]', 'x'), /tuning\.inner\.steps\[1\]: expected an integer, not "x"/)
  assert.throws(() => setMember(object, specOf(object), 'flags', -1), /versions\.flags: expected an integer of 32 bits without a sign/)
})

test('any integer is written or refused, as its range says', async () => {
  const object = await open()
  const ranges = { initial_cwnd: [0n, 2n ** 32n - 1n], small: [-128n, 127n], inits: [0n, 2n ** 64n - 1n] } as const
  checkProperty(
    property(constantFrom('initial_cwnd', 'small', 'inits'), bigInt(-(2n ** 65n), 2n ** 65n), (name, number) => {
      const [least, most] = ranges[name]
      if (number >= least && number <= most) {
        setVariableFromText(object, name, String(number))
        const value = initialVariable(object, name)
        assert.is(typeof value === 'number' ? BigInt(value) : value, number)
      } else assert.throws(() => setVariableFromText(object, name, String(number)), `takes ${least} to ${most}`)
    }),
  )
})

test('any path is found or refused', async () => {
  const object = await open()
  checkProperty(
    property(array(constantFrom('tuning', '.inner', '.steps', '[1]', '[', ']', '.', '.gain', 'x', '0'), { maxLength: 7 }), (parts) => {
      try {
        setValues(object, [`${parts.join('')}=1`])
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
      }
    }),
  )
})

test.run()
