import type { Attachment } from '../../../loader/index.ts'

const revision = 'something was attached or detached since the revision that was expected'

/** What an errno means most often, by the way of attaching; it may mean more. */
export const hints: Readonly<Record<Attachment['way'], Readonly<Record<string, string>>>> = {
  raw_tracepoint: { ENOENT: 'the kernel has no tracepoint of this name: see /sys/kernel/tracing/available_events' },
  tracing: { EPERM: 'this kernel does not let programs of this kind attach', EBUSY: 'something else is attached there' },
  freplace: { EINVAL: 'the function has another prototype than the one that the program was loaded for', EBUSY: 'the function is replaced already' },
  iter: { EINVAL: 'the iterator takes other parameters, or none', EBADF: 'the map, cgroup or process is not open' },
  xdp: {
    EBUSY: 'a program of somebody else runs on this interface: detach it first',
    EEXIST: 'a program is attached to this interface already, in another way',
    EOPNOTSUPP: 'the driver of this interface takes no XDP programs; generic mode (XDP_FLAGS_SKB_MODE, 2) works for all',
    ERANGE: 'its packets may be too large for one buffer: lower the MTU, or use a program of SEC("xdp.frags")',
    ENODEV: 'there is no such interface',
  },
  tcx: { ENODEV: 'there is no such interface', EINVAL: 'links to an interface need Linux 6.6 or later', ESTALE: revision },
  netkit: { ENODEV: 'there is no such interface', EACCES: 'netkit takes programs at its primary interface alone', ESTALE: revision },
  cgroup: { EBADF: 'the file is not a directory of a cgroup v2 file system', ESTALE: revision },
  netns: { EEXIST: 'a program is attached to this network namespace already', EINVAL: 'the file is not a network namespace' },
  sockmap: { EBUSY: 'a program is attached to this map already by a link', EINVAL: 'the map is no sockmap or sockhash' },
  tracepoint: { EEXIST: 'programs of another license or kind are attached there' },
  uprobe: {},
  kprobe: {},
  uprobe_multi: {
    EINVAL: 'no instruction begins at one of the places, or the program was not loaded for this way',
    ESRCH: 'there is no such process',
    ENOENT: 'there is no such file',
  },
  kprobe_multi: {
    EOPNOTSUPP: 'the kernel was built without CONFIG_FPROBE',
    EINVAL: 'the kernel is older than 5.18, or the program was not loaded for this way',
    ESRCH: 'one of the functions is none that can be traced: see /sys/kernel/tracing/available_filter_functions',
  },
  perf_event: { EINVAL: 'the event takes no programs, or not of this kind' },
  netfilter: { EAFNOSUPPORT: 'families are NFPROTO_IPV4 (2) and NFPROTO_IPV6 (10)', EBUSY: 'the priority is taken' },
}
