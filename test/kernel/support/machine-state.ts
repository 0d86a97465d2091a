import { globSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Interfaces, listMounts, listNamespaces, LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { until } from '../../support/until.ts'

/** What a run has that others on the machine have not: they may make and remove things of their own meanwhile. */
export interface Own {
  /** A variable of the environment of its processes, and the value. */
  mark: string
  /** The directory of all its files. */
  place: string
  /** Names of algorithms that it has registered. */
  algorithms: readonly string[]
}

export interface OwnProcess {
  pid: number
  command: string
}

/** The processes that have a mark in the environment with which they were started. */
export function markedProcesses(mark: string): OwnProcess[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(mark)) return []
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }]
    } catch {
      // It has ended meanwhile. The environment of one that waits to be collected is empty.
      return []
    }
  })
}

/**
 * What on this machine a run could change and leave behind, in words, but for BPF objects, of which `assertNothingLeft`
 * knows: processes, registered algorithms, namespaces, interfaces, mounted file systems, pins, sysctls. What is others'
 * is left out.
 */
function machineState({ mark, place, algorithms }: Own): Set<string> {
  using target = new LinuxTarget()
  using interfaces = new Interfaces()
  const processes = markedProcesses(mark)
  const pids = new Set(processes.map(({ pid }) => pid))
  const isOthers = (path: string): boolean => path.startsWith(tmpdir()) && !path.startsWith(place)
  return new Set([
    ...processes.map(({ pid, command }) => `process ${pid} ${command}`),
    ...listStructOps(target).flatMap(({ name, registered }) => (registered && algorithms.includes(name ?? '') ? [`registration ${name}`] : [])),
    ...listNamespaces().namespaces.flatMap((one) => (one.pids.every((pid) => pids.has(pid)) ? [`network namespace ${one.inode}`] : [])),
    ...interfaces.list().map(({ name, index }) => `interface ${index} ${name}`),
    ...listMounts().flatMap(({ point, type, source }) => (isOthers(point) ? [] : [`mount ${point} ${type} ${source}`])),
    ...globSync('/sys/fs/bpf/**').map((path) => `pin ${path}`),
    ...globSync(['/proc/sys/net/**', '/proc/sys/kernel/bpf_*']).flatMap(settingIn),
  ])
}

/** Counters, and what is listed elsewhere: they look like settings. */
const noSetting = /congestion_control|nf_conntrack_count|\/neigh\/|\/conf\//

function settingIn(path: string): string[] {
  if (noSetting.test(path)) return []
  try {
    return [`${path} = ${readFileSync(path, 'utf8').trim()}`]
  } catch {
    // A directory, or a switch that can only be written.
    return []
  }
}

/** Remembers the machine's state, and answers what waits until it is that again, and throws with what is not. */
export function rememberMachine(own: Omit<Own, 'algorithms'>): (algorithms: readonly string[]) => Promise<void> {
  const before = machineState({ ...own, algorithms: [] })
  return async (algorithms) => {
    let left: string[] = []
    let missing: string[] = []
    const isAsBefore = (): boolean => {
      const now = machineState({ ...own, algorithms })
      left = [...now.difference(before)]
      missing = [...before.difference(now)].filter((thing) => thing.startsWith('/proc'))
      return left.length === 0 && missing.length === 0
    }
    try {
      await until(isAsBefore, 'the machine is as it was')
    } catch (cause) {
      throw new Error(`left: ${left.join('; ') || 'nothing'}; changed: ${missing.join('; ') || 'nothing'}`, { cause })
    }
  }
}
