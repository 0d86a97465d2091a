import { existsSync } from 'node:fs'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, openObject, prepare } from '../../../src/loader/index.ts'
import { type Looked, type Monitor, RecordingWriter, type Snapshot } from '../../../src/monitor/index.ts'
import { describeMap, type Registration, type StructOpsEntry } from '../../../src/structops/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { readInput } from '../../files/read-input.ts'
import { choose } from '../../register/choose.ts'
import { registerEach } from '../../register/register-each.ts'
import { entryName } from '../../registered/entry-name.ts'
import { linkPinsOf } from '../../registered/pins-of.ts'
import { takeAway } from '../../registered/take-away.ts'
import { switchObject } from '../../switch/switch-object.ts'
import { plural } from '../screen/words.ts'
import type { Actions } from './actions.ts'

/** The actions on this machine, by what the commands do. What was registered here is unregistered when this is disposed. */
export class LiveActions implements Actions, Disposable {
  readonly #target: LinuxTarget
  readonly #monitor: Pick<Monitor, 'setVariable' | 'setStatistics'>
  readonly #signal: AbortSignal
  readonly #registered = new DisposableStack()
  #held: Registration[] = []
  /** The one that the command line asked for belongs to the command. */
  #recorder: RecordingWriter | undefined
  #own: RecordingWriter | undefined

  constructor(target: LinuxTarget, monitor: Pick<Monitor, 'setVariable' | 'setStatistics'>, signal: AbortSignal, recorder?: RecordingWriter) {
    this.#target = target
    this.#monitor = monitor
    this.#signal = signal
    this.#recorder = recorder
  }

  register(text: string): string {
    const { file, name } = fileAndName(text)
    const object = openObject(readInput(file), file)
    choose(object, name === undefined ? {} : { name })
    using undo = new DisposableStack()
    // Links keep what was loaded, and sockets what has none: held here as well it would stay when they have gone.
    using loaded = load(prepare(object, this.#target), this.#target)
    const registrations = registerEach(loaded, undefined, undo)
    const held = registrations.filter(({ linkId }) => linkId !== null)
    // Like ccdk register, this leaves what no link registers.
    for (const one of registrations) if (!held.includes(one)) one.leave()
    this.#held.push(...held)
    this.#registered.use(undo.move())
    const names = registrations.map(labelOf).join(', ')
    return held.length === 0 ? `registered ${names}` : `registered ${names}, for as long as this runs`
  }

  replace(text: string, mapId: number): string {
    const { file, name } = fileAndName(text)
    const entry = this.#entry(mapId)
    const object = openObject(readInput(file), file)
    const renamed = name ?? entry.name
    choose(object, renamed === null ? {} : { name: renamed })
    // What has no link is unregistered first: the question before this has said so.
    const { switched } = switchObject(object, this.#target, { registered: `map:${mapId}`, replace: true })
    const [{ to, oldRefcnt } = { to: { mapId }, oldRefcnt: 0 }] = switched
    const left = oldRefcnt === 0 ? 'no socket uses the old version' : `${plural(oldRefcnt, 'socket')} still on the old version`
    return `switched ${entryName(entry)} from map ${mapId} to map ${to.mapId}: ${left}`
  }

  async unregister(mapId: number): Promise<string> {
    const entry = this.#entry(mapId)
    await takeAway(this.#target, entry, linkPinsOf(entry), this.#signal)
    const left = describeMap(this.#target, mapId)
    const uses = left === undefined || left.refcnt === 0 ? '' : `: ${left.state}, ${plural(left.refcnt, 'reference')} left`
    return `unregistered ${entryName(entry)} (map ${mapId})${uses}`
  }

  setVariable(mapId: number, name: string, text: string): string {
    this.#monitor.setVariable(mapId, name, text)
    return `${name} = ${text}`
  }

  statistics(on: boolean): string {
    this.#monitor.setStatistics(on)
    return on ? 'the kernel counts runs of BPF programs, which costs each some 20 ns' : 'nothing counts runs of BPF programs on our behalf any more'
  }

  record(file: string | null): string {
    this.#own?.[Symbol.dispose]()
    this.#own = file === null ? undefined : new RecordingWriter(file)
    this.#recorder = this.#own
    return file === null ? 'the recording is complete' : `recording to ${file}`
  }

  isThere(file: string): boolean {
    return existsSync(file)
  }

  seen(snapshot: Snapshot, looked: Looked): void {
    this.#recorder?.add(snapshot, looked)
  }

  held(): readonly string[] {
    // Others may have unregistered it meanwhile.
    this.#held = this.#held.filter(({ linkId }) => this.#isRegistered(linkId))
    return this.#held.map(labelOf)
  }

  #isRegistered(linkId: number | null): boolean {
    using link = linkId === null ? undefined : this.#target.objects.link(linkId)
    const info = link === undefined ? undefined : this.#target.objects.linkInfo(link)
    return info?.kind === 'struct_ops' && info.mapId !== 0
  }

  #entry(mapId: number): StructOpsEntry {
    const entry = describeMap(this.#target, mapId)
    if (entry === undefined) throw new UsageError(`map ${mapId} is gone`)
    return entry
  }

  [Symbol.dispose](): void {
    this.#own?.[Symbol.dispose]()
    this.#registered.dispose()
  }
}

const labelOf = ({ name, ops }: Registration): string => name ?? ops.spec.name

/** `FILE`, or `FILE NAME` for another name than that in the object. */
function fileAndName(text: string): { file: string; name?: string } {
  const [, file, name] = /^(.*\S)\s+(\S+)$/.exec(text) ?? []
  return file === undefined || name === undefined || existsSync(text) ? { file: text } : { file, name }
}
