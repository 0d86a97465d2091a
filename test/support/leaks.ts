import { globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/**
 * The kernel frees programs, maps and types after RCU grace periods: how long they may still be seen. On a machine that
 * is busy in the kernel such a period takes ten seconds and more.
 */
const patienceMs = 40_000

/** What bpftool says about any object, as far as it is used here. */
interface BpfObject {
  id: number
  type?: string
  name?: string
}

/**
 * The BPF objects of the whole machine, one entry each, such as `map 54 "dctcp" (struct_ops)`. Ids are never reused, so
 * an entry that was not there before is a new object. A test file that calls this names `needs.bpftool`.
 */
export async function bpfObjects(): Promise<Set<string>> {
  const found = new Set<string>()
  for (const kind of ['map', 'prog', 'link', 'btf']) {
    const { stdout } = await execa('bpftool', ['-j', kind, 'show'])
    const objects: BpfObject[] = JSON.parse(stdout)
    for (const { id, name = '', type } of objects) {
      found.add(`${kind} ${id}${name === '' ? '' : ` "${name}"`}${type === undefined ? '' : ` (${type})`}`)
    }
  }
  return found
}

/** The open descriptors of this process, each with what it stands for: `fd 23 anon_inode:bpf-map`. */
function ownFds(): Set<string> {
  return new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [`fd ${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`]
      } catch {
        // The descriptor through which this directory was read.
        return []
      }
    }),
  )
}

/** What bpftool says of a BTF: which programs and maps came with it. */
interface BtfObject {
  id: number
  prog_ids?: number[]
  map_ids?: number[]
}

/**
 * The objects that other processes hold now, such as `map 54`: those that they have open, and what came from the same
 * object file. Kernel tests run one after the other, but they may not be alone on the machine.
 */
async function heldByOthers(): Promise<Set<string>> {
  const { stdout } = await execa('bpftool', ['-j', 'btf', 'show'])
  const types: BtfObject[] = JSON.parse(stdout)
  const families = types.map(
    ({ id, prog_ids = [], map_ids = [] }) =>
      new Set([`btf ${id}`, ...prog_ids.map((program) => `prog ${program}`), ...map_ids.map((map) => `map ${map}`)]),
  )
  const open = new Set(
    globSync('/proc/[0-9]*/fdinfo/*').flatMap((file) => (file.startsWith(`/proc/${process.pid}/`) ? [] : idsIn(file))),
  )
  return families.reduce((held, family) => (family.isDisjointFrom(open) ? held : held.union(family)), open)
}

/** The ids that the kernel writes of a descriptor: `prog_id:	54`. */
function idsIn(fdinfo: string): string[] {
  try {
    const lines = readFileSync(fdinfo, 'utf8').matchAll(/^(map|prog|link|btf)_id:\s*(\d+)$/gm)
    return [...lines].map(([, kind, id]) => `${kind} ${id}`)
  } catch {
    // It was closed in the meantime.
    return []
  }
}

/**
 * Runs `action` and asserts that afterwards this process has no new descriptor and the machine no new BPF object, but
 * for those that other processes hold.
 */
export async function assertNothingLeft<T>(action: () => Promise<T> | T, graceMs = patienceMs): Promise<T> {
  // The first child process opens descriptors of node's own that stay: they have to be there before the count.
  await bpfObjects()
  const before = (await bpfObjects()).union(ownFds())
  const result = await action()
  const deadline = performance.now() + graceMs
  const seen = async (): Promise<Set<string>> => (await bpfObjects()).union(ownFds()).difference(before)
  // Who lists objects has each of them open for a moment, so others have to have it for longer than that.
  let times = 0
  // What appears only now is not the action's.
  for (let left = await seen(); left.size > 0; left = left.intersection(await seen())) {
    const others = await heldByOthers()
    const ours = [...left].filter((object) => !others.has(object.split(' ', 2).join(' ')))
    times = ours.length === 0 ? times + 1 : 0
    if (times === 3) return result
    if (performance.now() > deadline) throw new Error(`left behind: ${ours.join(', ')}`)
    await sleep(100)
  }
  return result
}
