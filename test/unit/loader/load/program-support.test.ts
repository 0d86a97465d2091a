import * as assert from 'uvu/assert'
import { BtfBuilder, parseBtf } from '../../../../src/btf/index.ts'
import { SyscallError } from '../../../../src/errors/index.ts'
import { ATTACH_TYPE, PROG_TYPE } from '../../../../src/loader/index.ts'
import { lackingProgramType } from '../../../../src/loader/load/program-support.ts'
import { suite } from '../../../support/needs.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('programs that a kernel is too old for')

/** A kernel of 6.1: its newest type of program, and its newest attachment, are counted by the last of each list. */
const builder = new BtfBuilder()
builder.enum('bpf_prog_type', [
  { name: 'BPF_PROG_TYPE_KPROBE', value: 2n },
  { name: 'BPF_PROG_TYPE_STRUCT_OPS', value: 27n },
  { name: '__MAX_BPF_PROG_TYPE', value: 32n },
])
builder.enum('bpf_attach_type', [
  { name: 'BPF_CGROUP_INET_INGRESS', value: 0n },
  { name: '__MAX_BPF_ATTACH_TYPE', value: 44n },
])
const kernel = kernelOf(parseBtf(builder.encode(), { file: 'made up' }))

const refused = (errno: string) => new SyscallError({ doing: 'loading', syscall: 'bpf(BPF_PROG_LOAD)', errno })
const said = (type: number, expectedAttachType: number, errno = 'EINVAL') =>
  lackingProgramType(kernel, { type, expectedAttachType }, refused(errno))?.message

test('the type of program is named, with its release', () => {
  assert.is(said(PROG_TYPE.NETFILTER, ATTACH_TYPE.NETFILTER), 'this kernel has no programs of type BPF_PROG_TYPE_NETFILTER: it needs Linux 6.4 or later')
  assert.is(said(99, 0), 'this kernel has no programs of type 99')
})

test('or the way to attach it', () => {
  const session = 'this kernel has no programs that are attached by BPF_TRACE_KPROBE_SESSION: it needs Linux 6.10 or later'
  assert.is(said(PROG_TYPE.KPROBE, ATTACH_TYPE.TRACE_KPROBE_SESSION), session)
})

test('nothing is said of what the kernel has, of members of struct_ops and of other errors', () => {
  assert.is(said(PROG_TYPE.KPROBE, 0), undefined)
  assert.is(said(PROG_TYPE.STRUCT_OPS, 7), undefined)
  assert.is(said(PROG_TYPE.NETFILTER, 0, 'EPERM'), undefined)
})

test.run()
