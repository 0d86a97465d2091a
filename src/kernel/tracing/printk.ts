import { closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readSync, rmdirSync, writeFileSync } from 'node:fs'
import { fileError } from '../errno.ts'
import { openTracefs } from './tracefs.ts'

/** A line that a BPF program wrote with bpf_printk. */
export interface PrintkLine {
  /** ns of CLOCK_MONOTONIC; 0 for what the kernel says itself, such as how many lines were lost. */
  time: bigint
  /** The thread that was running, which need not have to do with it. */
  task: string
  tid: number
  cpu: number
  text: string
}

/** KiB for each processor. */
const bufferSize = '64'
const attempt = { doing: 'making a trace of what BPF programs print', syscall: 'tracefs', capability: 'CAP_SYS_ADMIN' }

/**
 * Reads what BPF programs print from now on. It has a trace of its own, so that others can read `trace_pipe` at the same
 * time, of which each line goes to one reader; it is taken away again at the end. It takes Linux 5.9 and root.
 */
export class PrintkTrace implements Disposable {
  readonly #owned: DisposableStack
  readonly #pipe: number
  readonly #room = Buffer.alloc(1 << 16)
  #rest = ''

  constructor() {
    using undo = new DisposableStack()
    const { path } = undo.use(openTracefs())
    const instances = `${path}/instances`
    const instance = `${instances}/ccdk-${process.pid}`
    try {
      sweep(instances)
      mkdirSync(instance)
      undo.defer(() => rmdirSync(instance))
      writeFileSync(`${instance}/buffer_size_kb`, bufferSize)
      // The clock of everything else here.
      writeFileSync(`${instance}/trace_clock`, 'mono')
      writeFileSync(`${instance}/events/bpf_trace/bpf_trace_printk/enable`, '1')
      undo.defer(() => writeFileSync(`${instance}/events/bpf_trace/bpf_trace_printk/enable`, '0'))
      this.#pipe = openSync(`${instance}/trace_pipe`, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      throw fileError(error, attempt)
    }
    undo.defer(() => closeSync(this.#pipe))
    this.#owned = undo.move()
  }

  /** The lines that were printed since the last time: of many at most some 16,000, and the others the next time. */
  read(): PrintkLine[] {
    let text = this.#rest
    for (let piece = this.#piece(), pieces = 0; piece !== '' && pieces < 16; piece = this.#piece(), pieces += 1) text += piece
    const lines = text.split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => parsePrintk(line) ?? [])
  }

  #piece(): string {
    try {
      return this.#room.toString('latin1', 0, readSync(this.#pipe, this.#room))
    } catch (error) {
      // Nothing there.
      if (error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR')) return ''
      throw fileError(error, { doing: 'reading what BPF programs print', syscall: 'read' })
    }
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

/** ABI: a line of trace_pipe: task-tid, [cpu], flags, seconds, event. Undefined for an empty one. */
export function parsePrintk(line: string): PrintkLine | undefined {
  const bytes = Buffer.from(line, 'latin1').toString()
  const [, task, tid, cpu, seconds = '', micros = '', text] =
    /^ *(.{1,64}?)-(\d+) +(?:\([ \d-]*\) +)?\[(\d+)\] +\S+ +(\d+)\.(\d{6}): bpf_trace_printk: ?(.*)$/.exec(bytes) ?? []
  if (task === undefined || text === undefined) {
    return bytes.trim() === '' ? undefined : { time: 0n, task: '', tid: 0, cpu: 0, text: bytes.trim() }
  }
  const time = (BigInt(seconds) * 1_000_000n + BigInt(micros)) * 1000n
  return { time, task, tid: Number(tid), cpu: Number(cpu), text }
}

/** Takes away what a process left that was killed. Those that are in use stay: the kernel answers EBUSY. */
function sweep(instances: string): void {
  for (const name of readdirSync(instances)) {
    const pid = /^ccdk-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && existsSync(`/proc/${pid}`))) continue
    try {
      rmdirSync(`${instances}/${name}`)
    } catch {
      // Another process does it, or needs it.
    }
  }
}
