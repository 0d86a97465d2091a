import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/** The kernel frees programs and maps after an RCU grace period: how long they may still be seen. */
const graceMs = 2000

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

/**
 * Runs `action` and asserts that afterwards this process has no new descriptor and the machine no new BPF object.
 * What other processes register at the same time counts too, which is why kernel tests run one after the other.
 */
export async function assertNothingLeft<T>(action: () => Promise<T> | T): Promise<T> {
  // The first child process opens descriptors of node's own that stay: they have to be there before the count.
  await bpfObjects()
  const before = (await bpfObjects()).union(ownFds())
  const result = await action()
  const deadline = performance.now() + graceMs
  for (;;) {
    const left = (await bpfObjects()).union(ownFds()).difference(before)
    if (left.size === 0) return result
    if (performance.now() > deadline) throw new Error(`left behind: ${[...left].join(', ')}`)
    await sleep(100)
  }
}
