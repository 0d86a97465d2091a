import type { AttachWay } from '../sections/section-kind.ts'
import type { Fail } from './given.ts'
import type { AttachOptions } from './options.ts'

type Option = keyof AttachOptions

/** What the options may say for each way of attaching, with a link or without. Null where nothing can be attached here. */
const taken: Readonly<Record<AttachWay, readonly Option[] | null>> = {
  raw_tracepoint: ['cookie'],
  tracepoint: ['cookie'],
  tracing: ['cookie'],
  freplace: ['replaces', 'cookie'],
  iter: ['parameters'],
  xdp: ['interface', 'flags'],
  tcx: ['interface', 'direction', 'attachType', 'order', 'filter'],
  netkit: ['interface', 'attachType', 'order'],
  cgroup: ['file', 'direction', 'attachType', 'flags', 'order'],
  netns: ['file', 'flags'],
  netfilter: ['netfilter'],
  sockmap: ['map', 'attachType'],
  socket: ['file'],
  reuseport: ['file'],
  lirc: ['file', 'flags'],
  kprobe: ['probe', 'cookie'],
  ksyscall: ['probe', 'cookie'],
  uprobe: ['probe', 'pid', 'cookie'],
  usdt: ['probe', 'pid', 'cookie'],
  kprobe_multi: ['probe'],
  uprobe_multi: ['probe', 'pid'],
  perf_event: ['event', 'cookie'],
  struct_ops: null,
  elsewhere: null,
  none: null,
}

/** Refuses an option that would change nothing: who gives it believes that it does. */
export function refuseOthers(way: AttachWay, options: AttachOptions, fail: Fail): void {
  const names: readonly string[] | null = taken[way]
  if (names === null) return
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && name !== 'withoutLink' && !names.includes(name)) fail(`it takes no option "${name}"`, `it takes ${names.join(', ')}`)
  }
}
