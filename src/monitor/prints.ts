import { PrintkTrace } from '../kernel/index.ts'
import { unlessRefused } from './lack.ts'
import type { Lack, MonitorEvent } from './snapshot.ts'

/** What BPF programs print, as events. */
export class Prints implements Disposable {
  readonly #trace: PrintkTrace | undefined

  constructor(lacks: Lack[]) {
    this.#trace = unlessRefused(lacks, 'what BPF programs print (bpf_printk)', () => new PrintkTrace())
  }

  /** Since the last look, whose time is `at`. */
  look(at: string): MonitorEvent[] {
    // Taken anew each time: the machine may have slept, or its clock was set.
    const offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()
    return (this.#trace?.read() ?? []).map(({ time, task, tid, text }) => ({
      at: time === 0n ? at : new Date(Number((time + offset) / 1_000_000n)).toISOString(),
      kind: 'printk',
      ...(task === '' ? {} : { name: `${task}-${tid}` }),
      text,
    }))
  }

  [Symbol.dispose](): void {
    this.#trace?.[Symbol.dispose]()
  }
}
