import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { walkIds } from '../../../src/kernel/bpf/by-id.ts'
import { availableCongestion, Fd, LinuxTarget, openFds, openMappings } from '../../../src/kernel/index.ts'
import { ownName } from './algorithm.ts'
import { intercepted } from './intercept.ts'

const kinds = [
  { method: 'loadBtf', kind: 'btf', next: 'BPF_BTF_GET_NEXT_ID' },
  { method: 'createMap', kind: 'map', next: 'BPF_MAP_GET_NEXT_ID' },
  { method: 'loadProgram', kind: 'prog', next: 'BPF_PROG_GET_NEXT_ID' },
  { method: 'attach', kind: 'link', next: 'BPF_LINK_GET_NEXT_ID' },
  { method: 'createStructOpsLink', kind: 'link', next: 'BPF_LINK_GET_NEXT_ID' },
] as const

/**
 * The kernel frees programs, maps and types after RCU grace periods: how long they may still be seen. On a machine that
 * is busy in the kernel such a period takes ten seconds and more.
 */
const graceMs = 40_000

/**
 * Runs an action on the running kernel and asserts that nothing which it made is left: no object, no descriptor, no
 * mapping, no registered algorithm. Only what was made through the target counts, so other processes do not disturb it.
 */
export async function leavesNothing<T>(action: (target: LinuxTarget) => T | Promise<T>): Promise<T> {
  const descriptors = openFds()
  const mappings = ownMappings()
  using linux = new LinuxTarget()
  const made = new Set<string>()
  const target = intercepted(linux, (method, call) => {
    const result = call()
    const maker = kinds.find((candidate) => candidate.method === method)
    if (maker !== undefined && result instanceof Fd) made.add(`${maker.kind} ${idOf(result, maker.kind)}`)
    return result
  })
  const result = await action(target)
  const deadline = performance.now() + graceMs
  for (let left = [...made]; ; await sleep(20)) {
    const existing = everything()
    left = left.filter((object) => existing.has(object))
    const others = [
      // The BTF of modules stays open while the target is used.
      ...openFds().slice(descriptors.length).filter((what) => !what.startsWith('BTF of module ')),
      ...ownMappings().slice(mappings.length),
      ...availableCongestion().filter((name) => ownName.test(name)),
    ]
    if (left.length + others.length === 0) return result
    if (performance.now() > deadline) throw new Error(`left behind: ${[...left, ...others].join(', ')}`)
  }
}

/** The ids of all objects. None is opened: a kernel keeps a prog_array for ever that is opened while it goes away. */
const everything = (): Set<string> =>
  new Set(kinds.flatMap(({ kind, next }) => [...walkIds(next)].map((id) => `${kind} ${id}`)))

/** But those of the kernel's types, which stay while the process lives. */
const ownMappings = (): string[] => openMappings().filter((what) => !what.startsWith('/sys/kernel/btf/'))

/** The id of what a descriptor stands for, as the kernel's own listing of descriptors has it. */
function idOf(fd: Fd, kind: string): number {
  const text = readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8')
  const id = new RegExp(`^${kind}_id:\\s*(\\d+)$`, 'm').exec(text)?.[1]
  if (id === undefined) throw new Error(`no ${kind} id in ${text}`)
  return Number(id)
}
