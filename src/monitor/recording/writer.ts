import { closeSync, openSync, writeSync } from 'node:fs'
import { fileError } from '../../kernel/index.ts'
import { pointsAfter } from '../flow/history.ts'
import type { Looked, Snapshot } from '../snapshot.ts'
import { encodeRecord, type First, headline } from './format.ts'

/** Longer groups take less room; a shorter one loses less when its first record is damaged. */
const groupSize = 64

/** Writes snapshots to a file, each whole before the next one comes. */
export class RecordingWriter implements Disposable {
  readonly file: string
  readonly #fd: number
  #first: First | undefined
  #inGroup = 0
  /** The time of the last point of each flow that is in the file. */
  readonly #flows = new Map<string, number>()

  /** Overwrites what was there. */
  constructor(file: string) {
    this.file = file
    this.#fd = this.#told('open', () => openSync(file, 'w'))
    this.#write(headline)
  }

  /** A snapshot, with what a person looked at besides: of a flow only what is not in the file yet. */
  add(snapshot: Snapshot, looked: Looked = { variables: [], flows: [] }): void {
    const { rows, ...sockets } = snapshot.sockets
    const isMore = looked.variables.length + looked.flows.length > 0
    const head = { ...snapshot, sockets: { ...sockets, rows: [] }, ...(isMore ? { looked: this.#unwritten(looked) } : {}) }
    const text = Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(rows)}`)
    if (this.#inGroup === groupSize) {
      this.#first = undefined
      this.#inGroup = 0
    }
    const { record, check } = encodeRecord(text, this.#first)
    this.#write(record)
    this.#first ??= { check, text }
    this.#inGroup += 1
  }

  #unwritten({ variables, flows }: Looked): Looked {
    const later = flows.map((flow) => pointsAfter(flow, this.#flows.get(flow.cookie) ?? -Infinity))
    for (const { cookie, time } of later) this.#flows.set(cookie, time.at(-1) ?? this.#flows.get(cookie) ?? -Infinity)
    return { variables, flows: later }
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.#told('write', () => writeSync(this.#fd, bytes, at))
  }

  #told<T>(syscall: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw fileError(error, { doing: `recording to ${this.file}`, syscall })
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}
