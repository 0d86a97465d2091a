import { existsSync, globSync, readFileSync } from 'node:fs'
import { type Callback, type Test, suite as uvuSuite } from 'uvu'
import { because } from '../gate/skip-reason.ts'
import { isOnPath } from './commands.ts'

/** Something that a test cannot do without. */
export interface Need {
  /** Debian packages that bring it. The gate installs them for the test files that name the need. */
  packages: readonly string[]
  /** The reference machine's kernel lacks it, so CI accepts a skip. Everything else must be there in CI. */
  lackedByReference: boolean
  /** Says what is missing, or `undefined` when the need is met. */
  missing: () => string | undefined
}

/** Where Debian's package linux-source-6.12 puts the kernel's sources, its own BPF tests among them. */
export const kernelSourceArchive = '/usr/src/linux-source-6.12.tar.xz'

/** A need of the kernel, or of rights. */
interface Condition extends Need {
  /** What is said when it is not met. */
  otherwise: string
}

/** What tests can ask for. The gate reads `needs.NAME` in the source of a test file to know what to install. */
export const needs = {
  root: condition(() => process.getuid?.() === 0, 'it needs root'),
  structOps: condition(() => kernelNames('bpf_struct_ops_tcp_congestion_ops'), 'this kernel has no struct_ops for TCP congestion control'),
  clang: commands(['clang-19'], ['clang-19']),
  oldestClang: commands(['clang-14'], ['clang-14']),
  llvm: commands(['llvm-readelf-19'], ['llvm-19']),
  gcc: commands(['gcc'], ['gcc', 'libc6-dev']),
  kprobes: { ...condition(() => existsSync('/sys/bus/event_source/devices/kprobe'), 'this kernel has no kprobes'), lackedByReference: true },
  congestionModules: {
    ...condition(() => ['tcp_dctcp', 'tcp_bbr'].every((name) => existsSync(`/sys/kernel/btf/${name}`)), 'tcp_dctcp and tcp_bbr are no loaded modules'),
    lackedByReference: true,
  },
  netem: {
    ...condition(() => ['sch_netem', 'sch_red'].every((name) => existsSync(`/sys/module/${name}`)), 'sch_netem and sch_red are no loaded modules'),
    lackedByReference: true,
  },
  bbr: condition(() => readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').split(/\s/).includes('bbr'), 'this kernel has no BBR, or it is no loaded module'),
  token: condition(() => kernelNames('bpf_token_create'), 'this kernel has no BPF tokens'),
  tcx: condition(() => kernelNames('BPF_LINK_TYPE_TCX'), 'this kernel has no places for programs at an interface (tcx)'),
  sockmapLinks: condition(() => kernelNames('BPF_LINK_TYPE_SOCKMAP'), 'this kernel has no links to sockmaps'),
  bpftool: commands(['bpftool'], ['bpftool']),
  iproute2: commands(['ip', 'tc', 'ss'], ['iproute2']),
  ethtool: commands(['ethtool'], ['ethtool']),
  ping: commands(['ping'], ['iputils-ping']),
  iperf3: commands(['iperf3'], ['iperf3']),
  tcpdump: commands(['tcpdump'], ['tcpdump']),
  sqlite3: commands(['sqlite3'], ['sqlite3']),
  tmux: commands(['tmux'], ['tmux']),
  chromium: commands(['chromium'], ['chromium', 'fonts-dejavu-core']),
  strace: commands(['strace'], ['strace']),
  libbpf: files(['/usr/lib/*/libbpf.so.1', '/usr/include/bpf/bpf_helper_defs.h'], ['libbpf1', 'libbpf-dev']),
  libxdp: files(['/usr/include/xdp/xsk.h', '/usr/lib/*/libxdp.so'], ['libxdp-dev']),
  kernelSource: files([kernelSourceArchive, '/usr/bin/xz'], ['linux-source-6.12', 'xz-utils']),
  compressors: commands(['xz', 'lz4'], ['xz-utils', 'lz4']),
  kernelImages: commands(['dpkg-deb', 'depmod'], ['dpkg', 'kmod']),
  vm: commands(['qemu-system-x86_64', 'depmod', 'ldd'], ['qemu-system-x86', 'kmod', 'libc-bin']),
} satisfies Record<string, Need>

/**
 * A suite of uvu that runs only when its needs are met. Otherwise neither its tests nor its hooks run: each test is
 * skipped, with the first missing thing as the reason.
 *
 * @example
 * const test = suite('registering', [needs.root, needs.structOps])
 * test('says what keeps the algorithm alive', async () => { … })
 * test.run()
 */
export function suite<T = Record<string, unknown>>(
  title: string,
  required: readonly Need[] = [],
  context?: T,
): Test<T> {
  const inner = uvuSuite<T>(title, context)
  for (const { missing, lackedByReference } of required) {
    const reason = missing()
    if (reason !== undefined) return skipping(inner, because({ reason, lackedByReference }))
  }
  return inner
}

function skipping<T>(inner: Test<T>, neverRuns: Callback<T>): Test<T> {
  const skip = (name = ''): void => inner.skip(name, neverRuns)
  const noHook = Object.assign(() => {}, { each: () => {} })
  return Object.assign(skip.bind(undefined), { only: skip, skip, before: noHook, after: noHook, run: () => inner.run() })
}

function condition(isMet: () => boolean, otherwise: string): Condition {
  return { otherwise, packages: [], lackedByReference: false, missing: () => (isMet() ? undefined : otherwise) }
}

function commands(names: readonly string[], packages: readonly string[]): Need {
  return {
    packages,
    lackedByReference: false,
    missing: () => {
      const absent = names.find((name) => !isOnPath(name))
      return absent && `${absent} is not installed (Debian: ${packages.join(' ')})`
    },
  }
}

/** Patterns of files that must each be there. */
function files(patterns: readonly string[], packages: readonly string[]): Need {
  return {
    packages,
    lackedByReference: false,
    missing: () => {
      const absent = patterns.find((pattern) => globSync(pattern).length === 0)
      return absent && `there is no ${absent} (Debian: ${packages.join(' ')})`
    },
  }
}

/** Whether the kernel's types name something: a struct, a function, or a value of an enum. */
function kernelNames(name: string): boolean {
  const path = '/sys/kernel/btf/vmlinux'
  return existsSync(path) && readFileSync(path).includes(`\0${name}\0`)
}
