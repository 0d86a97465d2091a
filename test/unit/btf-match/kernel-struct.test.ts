import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findKernelStruct } from '../../../src/btf-match/index.ts'
import { UnsupportedKernelError } from '../../../src/errors/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('finding the kernel struct')

function kernel(base?: ReturnType<BtfWriter['parse']>) {
  const writer = new BtfWriter(base === undefined ? {} : { base })
  const int = writer.int('int', 4)
  return { writer, int, parse: () => writer.parse('kernel', base) }
}

function unsupported(action: () => unknown): UnsupportedKernelError {
  try {
    action()
  } catch (error) {
    if (error instanceof UnsupportedKernelError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('the struct stands in the value after what is common to all', () => {
  const { writer, int, parse } = kernel()
  const ops = writer.struct('tcp_congestion_ops', [['flags', int]])
  const common = writer.struct('bpf_struct_ops_common_value', [['refcnt', int], ['state', int]])
  const value = writer.struct('bpf_struct_ops_tcp_congestion_ops', [['common', common], ['data', ops, { bit: 512 }]], 128)
  const btf = parse()
  assert.equal(findKernelStruct([btf], 'tcp_congestion_ops'), {
    name: 'tcp_congestion_ops',
    btf,
    type: ops,
    valueType: value,
    valueSize: 128,
    dataOffset: 64,
  })
})

test('before Linux 6.9 the count and the state stand directly in the value', () => {
  const { writer, int, parse } = kernel()
  const ops = writer.struct('tcp_congestion_ops', [['flags', int]])
  writer.struct('bpf_struct_ops_tcp_congestion_ops', [['refcnt', int], ['state', int], ['data', writer.const(ops), { bit: 64 }]])
  const found = findKernelStruct([parse()], 'tcp_congestion_ops')
  assert.equal([found.type, found.dataOffset, found.valueSize], [ops, 8, 12])
})

test("the flavour of the object's struct does not matter", () => {
  const { writer, int, parse } = kernel()
  writer.struct('bpf_struct_ops_ops', [['data', writer.struct('ops', [['a', int]])]])
  assert.is(findKernelStruct([parse()], 'ops___v2').name, 'ops')
})

test('of two structs of the name it is the one in the value', () => {
  const { writer, int, parse } = kernel()
  writer.struct('ops', [])
  const second = writer.struct('ops', [['a', int]])
  writer.struct('bpf_struct_ops_ops', [['data', second]])
  assert.is(findKernelStruct([parse()], 'ops').type, second)
})

test("a module's struct is found when the kernel has none", () => {
  const base = kernel()
  const inBase = base.writer.struct('ops_in_kernel', [['a', base.int]])
  const vmlinux = base.parse()
  const first = kernel(vmlinux)
  first.writer.struct('unrelated', [])
  const second = kernel(vmlinux)
  const ops = second.writer.struct('ops', [['a', base.int]])
  const value = second.writer.struct('bpf_struct_ops_ops', [['data', ops]])
  const another = second.writer.struct('bpf_struct_ops_ops_in_kernel', [['data', inBase]])
  const modules = [first.parse(), second.parse()]
  const found = findKernelStruct([vmlinux, ...modules], 'ops')
  assert.is(found.btf, modules[1])
  assert.equal([found.type, found.valueType], [ops, value])
  assert.equal([findKernelStruct([vmlinux, ...modules], 'ops_in_kernel')].map(({ type, valueType }) => [type, valueType]), [[inBase, another]])
})

test('modules are not looked at when the kernel has the struct', () => {
  const { writer, parse } = kernel()
  writer.struct('bpf_struct_ops_ops', [['data', writer.struct('ops', [])]])
  const vmlinux = parse()
  function* btfs() {
    yield vmlinux
    throw new Error('a module was asked for')
  }
  assert.is(findKernelStruct(btfs(), 'ops').btf, vmlinux)
})

test('a kernel without the struct says what it offers, and which option would bring it', () => {
  const { writer, parse } = kernel()
  writer.struct('bpf_struct_ops_hid_bpf_ops', [['data', writer.struct('hid_bpf_ops', [])]])
  writer.struct('bpf_struct_ops_common_value', [])
  const error = unsupported(() => findKernelStruct([parse()], 'sched_ext_ops'))
  assert.is(error.feature, 'struct_ops type "sched_ext_ops"')
  assert.is(error.since, '6.12')
  assert.is(error.config, 'CONFIG_BPF_SYSCALL, CONFIG_BPF_JIT, CONFIG_DEBUG_INFO_BTF, CONFIG_SCHED_CLASS_EXT')
  assert.is(error.hint, 'it offers hid_bpf_ops')
})

test('a kernel without any says so', () => {
  const error = unsupported(() => findKernelStruct([kernel().parse()], 'my_own_ops'))
  assert.is(error.config, '')
  assert.match(error.hint, 'no struct_ops types at all')
})

test('a struct may be called as what every object in JavaScript has', () => {
  const error = unsupported(() => findKernelStruct([kernel().parse()], 'constructor'))
  assert.equal([error.feature, error.config], ['struct_ops type "constructor"', ''])
})

test('a value without the struct is refused', () => {
  const { writer, int, parse } = kernel()
  writer.struct('ops', [])
  const value = writer.struct('bpf_struct_ops_ops', [['data', int]])
  const error = objectError(() => findKernelStruct([parse()], 'ops'))
  assert.is(error.path, `type[${value}]`)
  assert.match(error.expected, 'a member of type "struct ops"')
})

test.run()
