import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findKernelStruct, matchStruct } from '../../../src/btf-match/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('signatures of struct_ops members')

function typesIn(writer: BtfWriter) {
  const u32 = writer.int('unsigned int', 4)
  const sock = writer.struct('sock', [['state', u32]])
  return {
    writer,
    u32,
    sock,
    s32: writer.int('int', 4, { signed: true }),
    u64: writer.int('unsigned long', 8),
    bool: writer.int('_Bool', 1, { bool: true }),
    u8: writer.int('unsigned char', 1),
    enum: writer.enum('event', { A: 0 }),
    sample: writer.struct('rate_sample', []),
    other: writer.struct('other', []),
    flavour: writer.struct('sock___mine', []),
    forward: writer.fwd('sock'),
    union: writer.union('sock', []),
  }
}
type Types = ReturnType<typeof typesIn>
type Signature = (types: Types) => number

function side(name: string, signature: Signature) {
  const types = typesIn(new BtfWriter())
  const struct = types.writer.struct('ops', [[name, types.writer.ptr(signature(types))]])
  types.writer.struct('bpf_struct_ops_ops', [['data', struct]])
  return { btf: types.writer.parse(), struct }
}

/** The warning about a member `call` of two signatures. */
function warning(ours: Signature, theirs: Signature): string | null | undefined {
  const { btf, struct } = side('call', ours)
  const kernel = findKernelStruct([side('call', theirs).btf], 'ops')
  const programs = new Map([['call', 'mine']])
  const bytes = new Uint8Array(8)
  const [member] = matchStruct({ map: 'm', btf, type: struct, bytes, programs, optional: new Set() }, kernel).members
  return member?.status === 'matched' ? member.warning : undefined
}

/** Functions that take one parameter. */
const takes = (pick: (types: Types) => number): Signature => (types) => types.writer.proto(0, [['p', pick(types)]])
const gives = (pick: (types: Types) => number): Signature => (types) => types.writer.proto(pick(types))
const pointer = (pick: (types: Types) => number) => (types: Types) => types.writer.ptr(pick(types))

test('the same signature gives no warning, whatever its parameters are called', () => {
  const ours: Signature = ({ writer, sock, u32 }) => writer.proto(u32, [['sk', writer.ptr(sock)], ['ack', u32]])
  const theirs: Signature = ({ writer, sock, u32 }) => writer.proto(u32, [writer.ptr(sock), u32])
  assert.is(warning(ours, theirs), null)
})

test('another number of parameters is said', () => {
  const one = takes(({ u32 }) => u32)
  assert.is(warning(one, ({ writer, u32 }) => writer.proto(0, [u32, u32])), 'it takes 1 parameter here and 2 parameters in the kernel')
  assert.is(warning(({ writer }) => writer.proto(0), one), 'it takes 0 parameters here and 1 parameter in the kernel')
})

test('integers and enums of one size are alike', () => {
  for (const ours of ['u32', 's32', 'enum'] as const) {
    for (const theirs of ['u32', 's32', 'enum'] as const) {
      assert.is(warning(takes((types) => types[ours]), takes((types) => types[theirs])), null)
    }
  }
  assert.is(warning(gives(({ bool }) => bool), gives(({ u8 }) => u8)), null)
})

test('integers of other sizes are said, with the types of both', () => {
  const [narrow, wide] = [takes(({ u32 }) => u32), takes(({ u64 }) => u64)]
  assert.is(warning(wide, narrow), 'parameter 1 is "unsigned long" here and "unsigned int" in the kernel')
  assert.is(warning(gives(({ u64 }) => u64), gives(({ u32 }) => u32)), 'it returns "unsigned long" here and "unsigned int" in the kernel')
  assert.is(warning(gives(({ u32 }) => u32), gives(() => 0)), 'it returns "unsigned int" here and "void" in the kernel')
  assert.is(warning(takes(({ u64 }) => u64), takes(pointer(() => 0))), 'parameter 1 is "unsigned long" here and "void *" in the kernel')
})

test('pointers to structs are alike by the name of the struct', () => {
  const sock = takes(pointer(({ sock: id }) => id))
  assert.is(warning(takes(pointer(({ flavour }) => flavour)), sock), null)
  assert.is(warning(takes(pointer(({ forward }) => forward)), sock), null)
  assert.is(warning(sock, takes(pointer(({ forward }) => forward))), null)
  assert.is(warning(takes(pointer(({ writer, sock: id }) => writer.const(id))), sock), null)
  assert.is(warning(takes(pointer(({ other }) => other)), sock), 'parameter 1 is "struct other *" here and "struct sock *" in the kernel')
  assert.match(warning(takes(pointer(({ union }) => union)), sock) ?? '', '"union sock *"')
  assert.match(warning(takes(pointer(() => 0)), sock) ?? '', '"void *"')
  assert.match(warning(takes(pointer(pointer(({ sock: id }) => id))), sock) ?? '', '"struct sock **"')
})

test('a member that is no function pointer on one side is not compared', () => {
  assert.is(warning(({ sock }) => sock, takes(({ u32 }) => u32)), null)
})

test('pointers that run in a circle are refused', () => {
  const circle: Signature = ({ writer }) => {
    const self = writer.ptr(writer.ahead())
    return writer.proto(0, [self])
  }
  assert.match(objectError(() => warning(circle, circle)).expected, 'a type that C can spell')
})

test.run()
