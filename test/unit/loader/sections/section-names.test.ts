import * as assert from 'uvu/assert'
import { sectionKind } from '../../../../src/loader/index.ts'
import { programSections } from '../../../../src/loader/sections/program-sections.ts'
import { libbpf } from '../../../support/libbpf.ts'
import { needs, suite } from '../../../support/needs.ts'

const test = suite('names of program sections')
const besideLibbpf = suite('names of program sections, beside libbpf', [needs.libbpf])

/** Every name of libbpf 1.8; with `+` more may follow a slash. */
const names = `
action cgroup/bind4 cgroup/bind6 cgroup/connect4 cgroup/connect6 cgroup/connect_unix cgroup/dev cgroup/getpeername4
cgroup/getpeername6 cgroup/getpeername_unix cgroup/getsockname4 cgroup/getsockname6 cgroup/getsockname_unix
cgroup/getsockopt cgroup/post_bind4 cgroup/post_bind6 cgroup/recvmsg4 cgroup/recvmsg6 cgroup/recvmsg_unix
cgroup/sendmsg4 cgroup/sendmsg6 cgroup/sendmsg_unix cgroup/setsockopt cgroup/skb cgroup/sock cgroup/sock_create
cgroup/sock_release cgroup/sysctl cgroup_skb/egress cgroup_skb/ingress classifier fentry+ fentry.multi+ fentry.multi.s+
fentry.s+ fexit+ fexit.multi+ fexit.multi.s+ fexit.s+ flow_dissector fmod_ret+ fmod_ret.s+ freplace+ fsession+
fsession.multi+ fsession.multi.s+ fsession.s+ iter+ iter.s+ kprobe+ kprobe.multi+ kprobe.session+ kretprobe+
kretprobe.multi+ kretsyscall+ ksyscall+ lirc_mode2 lsm+ lsm.s+ lsm_cgroup+ lwt_in lwt_out lwt_seg6local lwt_xmit
netfilter netkit/peer netkit/primary perf_event raw_tp+ raw_tp.s+ raw_tp.w+ raw_tracepoint+ raw_tracepoint.s+
raw_tracepoint.w+ sk_lookup sk_msg sk_reuseport sk_reuseport/migrate sk_skb sk_skb/stream_parser sk_skb/stream_verdict
sk_skb/verdict socket sockops struct_ops+ struct_ops.s+ syscall tc tc/egress tc/ingress tcx/egress tcx/ingress tp+ tp.s+
tp_btf+ tp_btf.s+ tracepoint+ tracepoint.s+ uprobe+ uprobe.multi+ uprobe.multi.s+ uprobe.s+ uprobe.session+
uprobe.session.s+ uretprobe+ uretprobe.multi+ uretprobe.multi.s+ uretprobe.s+ usdt+ usdt.s+ xdp xdp.frags
xdp.frags/cpumap xdp.frags/devmap xdp/cpumap xdp/devmap
`
  .trim()
  .split(/\s+/)

/** Those that libbpf 1.1 does not know yet. */
const newerThanLibbpf = `
cgroup/connect_unix cgroup/getpeername_unix cgroup/getsockname_unix cgroup/recvmsg_unix cgroup/sendmsg_unix fentry.multi+
fentry.multi.s+ fexit.multi+ fexit.multi.s+ fsession+ fsession.multi+ fsession.multi.s+ fsession.s+ kprobe.session+
netfilter netkit/peer netkit/primary raw_tp.s+ raw_tracepoint.s+ sk_skb/verdict struct_ops.s+ tc/egress tc/ingress
tcx/egress tcx/ingress tp.s+ tp_btf.s+ tracepoint.s+ uprobe.multi+ uprobe.multi.s+ uprobe.session+ uprobe.session.s+
uretprobe.multi+ uretprobe.multi.s+ usdt.s+
`
  .trim()
  .split(/\s+/)

test('all 116 are known, and no others', () => {
  assert.is(names.length, 116)
  const ours = programSections.map(({ name, more }) => (more ? `${name}+` : name))
  assert.equal(ours.toSorted(), names.toSorted())
})

test('what follows a slash is the target where one may follow', () => {
  for (const name of names) {
    const bare = name.replace('+', '')
    assert.is(sectionKind(bare)?.name, bare)
    const longer = sectionKind(`${bare}/some:thing`)
    if (name.endsWith('+')) assert.equal([longer?.name, longer?.target], [bare, 'some:thing'])
    else assert.is(longer, null, name)
  }
})

test('a program that sleeps is of the same kind as one that does not', () => {
  for (const name of names.filter((one) => /\.s\+?$/.test(one))) {
    const [sleeping, waking] = [name, name.replace(/\.s(?=\+?$)/, '')].map((one) => sectionKind(one.replace('+', '')))
    assert.equal([sleeping?.sleepable, waking?.sleepable], [true, false], name)
    assert.equal({ ...sleeping, name: '', sleepable: true }, { ...waking, name: '', sleepable: true }, name)
  }
})

test('who attaches it is told what attaches it instead', () => {
  for (const name of names) {
    const kind = sectionKind(name.replace('+', ''))
    assert.is(kind?.attach === 'elsewhere', (kind?.attachHint ?? '') !== '', name)
  }
})

besideLibbpf('types and attach types are those of libbpf 1.1, for the names that it knows', () => {
  const unknown: string[] = []
  for (const name of names) {
    const [type, attachType] = [new Int32Array(1), new Int32Array(1)]
    const section = name.endsWith('+') ? name.replace('+', '/target') : name
    if (libbpf().programTypeByName(section, type, attachType) < 0) {
      unknown.push(name)
      continue
    }
    const ours = sectionKind(section)
    assert.equal([ours?.type, ours?.attachType], [type[0], attachType[0]], name)
  }
  assert.equal(unknown, newerThanLibbpf)
})

test.run()
besideLibbpf.run()
