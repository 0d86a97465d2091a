import { findClang } from '../../src/compiler/index.ts'
import { CcdkError } from '../../src/errors/index.ts'
import { bpffsMounted, availableCongestion, type LinuxTarget } from '../../src/kernel/index.ts'
import { countTcpSocketsEverywhere } from '../../src/sockets/index.ts'
import { count } from '../output/units.ts'
import { type Finding, no, tried, yes } from './finding.ts'
import { missingCapabilities } from './privileges.ts'

export const objects = (target: LinuxTarget): Finding =>
  tried('listing BPF objects', false, () => yes('listing BPF objects', `${[...target.objects.ids('map')].length} maps`))

export const sockets = (): Finding =>
  tried('listing TCP sockets', false, () => {
    const { namespaces, unseen } = countTcpSocketsEverywhere()
    const what = 'listing TCP sockets'
    const seen = count(namespaces.length, 'network namespace')
    if (unseen.length === 0) return yes(what, seen)
    // The namespace of a process that cannot be looked into is as a rule one that others are in too.
    const detail = `${seen}; ${count(unseen.length, 'process')} cannot be looked into`
    return missingCapabilities().length === 0 ? yes(what, detail) : no(what, detail, 'run as root')
  })

export const bpffs = (): Finding =>
  bpffsMounted()
    ? yes('BPF file system', '/sys/fs/bpf')
    : no('BPF file system', 'not mounted at /sys/fs/bpf', 'register --pin mounts it; or: mount -t bpf bpf /sys/fs/bpf')

export async function clang(): Promise<Finding> {
  const what = 'clang, to build'
  try {
    const { version, program } = await findClang()
    return yes(what, `${version}, ${program}`)
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return no(what, error.message, error.hint)
  }
}

export const natives = (): Finding => yes('congestion controls now', availableCongestion().join(', '))
