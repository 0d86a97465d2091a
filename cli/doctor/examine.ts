import { readFileSync } from 'node:fs'
import type { Btf } from '../../src/btf/index.ts'
import { CcdkError } from '../../src/errors/index.ts'
import { availableCongestion, bpffsMounted, LinuxTarget } from '../../src/kernel/index.ts'
import { findKernelStruct } from '../../src/btf-match/index.ts'
import { countTcpSocketsEverywhere } from '../../src/sockets/index.ts'
import { count } from '../units.ts'

/** What one look at the machine gave. */
export interface Finding {
  what: string
  answer: 'yes' | 'no' | 'unknown'
  /** What was seen. */
  detail: string
  /** How to mend it. */
  remedy: string
  /** Nothing can be registered without it. */
  needed: boolean
}

/** What the finding about capabilities is called. */
export const privileges = 'privileges'

/** Looks at what this machine can do, without making anything. */
export function examine(): Finding[] {
  using target = new LinuxTarget()
  return [
    rootFinding(),
    kernelTypes(target),
    structOps(target),
    links(target),
    compiler(target),
    kfuncs(target),
    configuration(target),
    objects(target),
    sockets(),
    bpffs(),
    natives(),
  ]
}

const yes = (what: string, detail: string, needed = false): Finding => ({
  what,
  answer: 'yes',
  detail,
  remedy: '',
  needed,
})
const no = (what: string, detail: string, remedy: string, needed = false): Finding => ({
  what,
  answer: 'no',
  detail,
  remedy,
  needed,
})
const unknown = (what: string, detail: string, remedy: string): Finding => ({
  what,
  answer: 'unknown',
  detail,
  remedy,
  needed: false,
})

/** Turns one of our errors into a no. */
function tried(what: string, needed: boolean, look: () => Finding): Finding {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return no(what, error.message, error.hint, needed)
  }
}

// ABI: capability numbers, linux/capability.h.
const capabilities = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_PERFMON: 38, CAP_BPF: 39 } as const

function missingCapabilities(): string[] {
  const [, mask = '0'] = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const held = BigInt(`0x${mask}`)
  return Object.entries(capabilities).flatMap(([name, bit]) => ((held >> BigInt(bit)) & 1n ? [] : [name]))
}

function rootFinding(): Finding {
  const what = privileges
  const missing = missingCapabilities()
  return missing.length === 0
    ? yes(what, Object.keys(capabilities).join(', '), true)
    : no(what, `missing: ${missing.join(', ')}`, 'run as root; ccdk check needs no privileges', true)
}

const kernelTypes = (target: LinuxTarget): Finding =>
  tried('kernel types (BTF)', true, () =>
    yes('kernel types (BTF)', `${target.kernelBtf().endId - 1} types of ${target.name}`, true),
  )

const structOps = (target: LinuxTarget): Finding =>
  tried('struct_ops for TCP congestion control', true, () => {
    const kernel = findKernelStruct([target.kernelBtf()], 'tcp_congestion_ops')
    return yes(
      'struct_ops for TCP congestion control',
      `struct bpf_struct_ops_${kernel.name}, ${kernel.valueSize} bytes`,
      true,
    )
  })

/** The kernel's own types tell what it knows. */
function hasMember(btf: Btf, struct: string, member: string): boolean {
  const id = btf.find(struct, 'struct')
  const type = id === undefined ? undefined : btf.type(id)
  return type?.kind === 'struct' && type.members.some(({ name }) => name === member)
}

const links = (target: LinuxTarget): Finding =>
  tried('registration by links', false, () =>
    hasMember(target.kernelBtf(), 'bpf_struct_ops', 'update')
      ? yes('registration by links', 'link create and update')
      : no(
          'registration by links',
          'struct bpf_struct_ops has no update',
          'needs Linux 6.4; .struct_ops works without',
        ),
  )

function compiler(target: LinuxTarget): Finding {
  const what = 'JIT'
  const config = target.kernelConfig()
  if (config !== undefined && /^CONFIG_BPF_JIT_ALWAYS_ON=y$/m.test(config)) return yes(what, 'always on', true)
  try {
    const setting = readFileSync('/proc/sys/net/core/bpf_jit_enable', 'utf8').trim()
    return setting === '0'
      ? no(
          what,
          'bpf_jit_enable is 0',
          'sysctl net.core.bpf_jit_enable=1: struct_ops programs do not run without',
          true,
        )
      : yes(what, `bpf_jit_enable is ${setting}`, true)
  } catch {
    return unknown(what, 'bpf_jit_enable cannot be read', 'look at it as root')
  }
}

const kfuncs = (target: LinuxTarget): Finding =>
  tried('kernel functions for algorithms', false, () => {
    const names = [
      'tcp_reno_cong_avoid',
      'tcp_slow_start',
      'tcp_cong_avoid_ai',
      'cubictcp_cong_avoid',
      'bbr_main',
      'dctcp_ssthresh',
    ]
    const found = names.filter((name) => target.kernelBtf().find(name, 'func') !== undefined)
    const what = 'kernel functions for algorithms'
    return found.length === 0 ? no(what, 'none', 'needs Linux 5.13') : yes(what, found.join(', '))
  })

const configuration = (target: LinuxTarget): Finding =>
  target.kernelConfig() === undefined
    ? unknown(
        'kernel configuration',
        'not in /proc or /boot',
        'objects that ask for CONFIG_ values need CONFIG_IKCONFIG_PROC',
      )
    : yes('kernel configuration', /^CONFIG_HZ=\d+$/m.exec(target.kernelConfig() ?? '')?.[0] ?? 'readable')

const objects = (target: LinuxTarget): Finding =>
  tried('listing BPF objects', false, () => yes('listing BPF objects', `${[...target.objects.ids('map')].length} maps`))

const sockets = (): Finding =>
  tried('listing TCP sockets', false, () => {
    const { namespaces, unseen } = countTcpSocketsEverywhere()
    const what = 'listing TCP sockets'
    const seen = count(namespaces.length, 'network namespace')
    if (unseen.length === 0) return yes(what, seen)
    // The namespace of a process that cannot be looked into is as a rule one that others are in too.
    const detail = `${seen}; ${count(unseen.length, 'process')} cannot be looked into`
    return missingCapabilities().length === 0 ? yes(what, detail) : no(what, detail, 'run as root')
  })

const bpffs = (): Finding =>
  bpffsMounted()
    ? yes('BPF file system', '/sys/fs/bpf')
    : no('BPF file system', 'not mounted at /sys/fs/bpf', 'register --pin mounts it; or: mount -t bpf bpf /sys/fs/bpf')

const natives = (): Finding => yes('congestion controls now', availableCongestion().join(', '))
