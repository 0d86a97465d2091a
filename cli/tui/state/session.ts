import type { FlowView, MonitorSource, Snapshot, SocketsView, VariableView } from '../../../src/monitor/index.ts'
import { errorText, wholeText } from '../../errors/error-text.ts'
import type { Actions } from '../actions/actions.ts'
import { ask } from '../actions/ask.ts'
import { take } from '../actions/take.ts'
import type { Bindings } from '../keys/bindings.ts'
import { type CommandName, keyTable } from '../keys/table.ts'
import type { Area } from '../screen/panel.ts'
import type { Glyphs } from '../theme/glyphs.ts'
import { pageExtent } from '../views/page.ts'
import { algorithmOf, eventOf, shownEvents } from './chosen.ts'
import { type Closer, lookCloser } from './closer.ts'
import { commands, settle } from './commands.ts'
import { History } from './history.ts'
import { edited } from './line.ts'
import { gapOf, seekTarget } from './seek.ts'
import { isStep, scrolled, stayed } from './move.ts'
import { socketQuery } from './query.ts'
import type { Model, Notice, Page, Situation, Ui } from './ui.ts'
import { whyNot } from './why-not.ts'

export interface SessionOptions {
  source: MonitorSource
  actions: Actions
  bindings: Bindings
  glyphs: Glyphs
  situation: Situation
  size: Area
  ui: Ui
  /** Ends the whole. */
  quit: () => void
}

/** A recording that stood still is not waited for. */
const longestGapMs = 3000

const noSockets: SocketsView = { total: 0, matching: 0, from: 0, rows: [] }

/**
 * What a person does and what is seen, without a screen: keys and looks go in, and models that a frame can be drawn
 * from come out.
 */
export class Session {
  readonly options: SessionOptions
  readonly history = new History()
  #ui: Ui
  #size: Area
  #snapshot: Snapshot | null = null
  #sockets = noSockets
  #variables: Closer<number, VariableView[]> = { of: null, value: [], why: null }
  #flow: Closer<string, FlowView | undefined> = { of: null, value: undefined, why: null }
  #model: Model | undefined
  #lookedAt = -Infinity
  /** The flow and the algorithm that were looked at last. */
  readonly #looked: { cookie: string | null; mapId: number | null } = { cookie: null, mapId: null }
  readonly #listeners = new Set<() => void>()

  constructor(options: SessionOptions) {
    this.options = options
    this.#ui = options.ui
    this.#size = options.size
  }

  /** The same object until something has changed. */
  get model(): Model {
    const { situation, bindings, glyphs } = this.options
    this.#model ??= {
      ui: this.#ui,
      size: this.#size,
      snapshot: this.#snapshot,
      sockets: this.#sockets,
      variables: this.#variables.value,
      flow: this.#flow.value,
      unread: this.#variables.why ?? this.#flow.why,
      history: this.history,
      situation,
      bindings,
      glyphs,
    }
    return this.#model
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks at the machine, unless that is paused or a recording is over. */
  look(): void {
    if (this.#ui.paused || this.isOver) return
    this.#look()
  }

  /** Whether a replay stands at its end. */
  get isOver(): boolean {
    const player = this.options.situation.replay?.player
    return player !== undefined && this.#snapshot !== null && player.position === player.length - 1
  }

  /** Until the next look, ms: as it went, in a replay, but no longer than somebody waits. */
  get waitMs(): number {
    const player = this.options.situation.replay?.player
    return player === undefined ? this.#ui.periodMs : Math.min(longestGapMs, gapOf(player)) / this.#ui.speed
  }

  /** When the next look is due, by `performance.now()`: never while it stands still. */
  get dueAt(): number {
    return this.#ui.paused || this.isOver ? Infinity : this.#lookedAt + this.waitMs
  }

  #look(): void {
    this.#lookedAt = performance.now()
    const isRecorded = this.#ui.recording !== null
    let seen: Snapshot | undefined
    try {
      const { source, situation } = this.options
      const query = socketQuery(this.#ui, this.#size)
      // What is recorded is all of it, what is shown a window.
      seen = source.look(isRecorded ? {} : query)
      this.#snapshot = situation.replay === null ? seen : { ...seen, cannot: [...situation.replay.lacks, ...seen.cannot] }
      this.#sockets = isRecorded ? source.sockets(query) : seen.sockets
      this.#remember(seen)
    } catch (error) {
      this.fail(error)
    }
    this.#settle(true)
    if (isRecorded && seen !== undefined) this.#record(seen)
  }

  /** Who reads the log stays at a line, although the oldest ones are forgotten. */
  #remember(seen: Snapshot): void {
    const { log } = this.#ui
    const read = log.follow ? undefined : eventOf(this.model)
    this.history.add(seen)
    this.#ui = { ...this.#ui, log: stayed(log, read, read === undefined ? [] : shownEvents(this.model)) }
  }

  /** What is shown, and the flow and the variables that were looked at last even where they are not shown now. */
  #record(seen: Snapshot): void {
    const { source, actions } = this.options
    const { cookie, mapId } = this.#looked
    const variables = mapId === this.#variables.of ? this.#variables : lookCloser(mapId, [], (of) => source.variables(of))
    const flow = cookie === this.#flow.of ? this.#flow : lookCloser(cookie, undefined, (of) => source.flow(of))
    const looked = {
      variables: variables.of === null ? [] : [{ mapId: variables.of, values: variables.value }],
      flows: flow.value === undefined ? [] : [flow.value],
    }
    try {
      actions.seen(seen, looked)
    } catch (error) {
      this.fail(error)
      actions.record(null)
      this.update({ recording: null })
    }
  }

  /** To another snapshot of a replay, with all that was known by then. */
  #seek(command: CommandName): void {
    const player = this.options.situation.replay?.player
    const target = player === undefined ? null : seekTarget(command, player)
    if (player === undefined || target === null) return this.tell(`${command}: there is none`, 'warn')
    this.#ui = { ...this.#ui, notice: null }
    const isBack = target <= player.position
    if (isBack) this.history.clear()
    for (let index = isBack ? 0 : player.position + 1; index < target; index += 1) {
      const past = player.past(index)
      if (past !== null) this.history.add(past)
    }
    player.seek(target)
    this.#look()
  }

  resize(size: Area): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return
    this.#size = size
    this.#refresh()
  }

  /** A key, as `chordsOf` spells it. */
  press(chord: string): void {
    const { prompt, question, page } = this.#ui
    if (chord === 'ctrl+c') return this.options.quit()
    if (page !== null) return this.#read(page, chord)
    if (question !== null) return this.#answer(chord)
    if (prompt !== null) return this.#write(chord)
    const command = this.options.bindings.commandOf(chord, this.#ui.view)
    if (command === undefined) return this.update({ notice: null })
    const reason = whyNot(command, this.model)
    if (reason !== null) return this.tell(`${command}: ${reason}`, 'warn')
    if (keyTable[command].replay) return this.#seek(command)
    const change = commands[command]
    if (change !== undefined) {
      const had = this.#ui.notice
      const after = change(this.model)
      // What was told has been read when the next key is pressed.
      this.#ui = after.notice === had ? { ...after, notice: null } : after
      return this.#refresh()
    }
    this.update({ notice: null })
    if (command === 'quit') ask.quit(this)
    else if (command === 'filter') ask.filter(this)
    else if (command === 'register' || command === 'replace' || command === 'unregister' || command === 'edit' || command === 'statistics' || command === 'record') ask[command](this)
  }

  /** Changes what is on the screen. */
  update(change: Partial<Ui>): void {
    this.#ui = { ...this.#ui, ...change }
    this.#refresh()
  }

  tell(text: string, style: Notice['style'] = 'good'): void {
    this.update({ notice: { text, style } })
  }

  /** An error is told in a line, and the whole of it stands in the log. */
  fail(error: unknown): void {
    const { message, below } = errorText(error)
    const at = new Date().toISOString()
    for (const line of [message, ...below].join('\n').split('\n')) if (line.trim() !== '') this.history.note({ at, kind: 'error', text: line })
    this.tell(message.split('\n')[0] ?? message, 'bad')
  }

  /** Does something to the machine, tells how it went, and looks what became of it. */
  async act(action: () => string | Promise<string>): Promise<void> {
    try {
      this.tell(await action())
    } catch (error) {
      // Of what was asked for the whole answer is wanted, now.
      this.fail(error)
      this.update({ page: { title: 'That did not work', text: wholeText(error), style: 'bad', from: 0 }, notice: null })
    }
    if (!this.#ui.paused) this.look()
  }

  #answer(chord: string): void {
    const { question } = this.#ui
    if (chord === 'y' || chord === 'Y') {
      this.update({ question: null })
      question?.act()
    } else if (chord === 'n' || chord === 'N' || chord === 'esc' || chord === 'q') {
      this.update({ question: null, notice: { text: 'left as it is', style: 'good' } })
    }
  }

  /** A page is moved by the keys that move lists, and closed by those that leave or open something. */
  #read(page: Page, chord: string): void {
    const command = this.options.bindings.commandOf(chord, 'help')
    if (chord === 'esc' || chord === 'enter' || command === 'quit' || command === 'back') return this.update({ page: null })
    const { height, total } = pageExtent(page, this.#size)
    if (isStep(command)) this.update({ page: { ...page, from: scrolled({ ...page, cursor: 0 }, command, height, total).from } })
  }

  #write(chord: string): void {
    const { prompt } = this.#ui
    if (prompt === null) return
    if (chord === 'esc') return this.update({ prompt: null })
    if (chord === 'enter') return take(this, prompt)
    this.update({ prompt: { ...edited(prompt, chord), error: null } })
  }

  /** Whether a filter can be used: throws when it is wrong. */
  tryFilter(filter: string): void {
    this.options.source.sockets({ filter, count: 1 })
  }

  /** After a key: what is shown may be another part of what was seen. */
  #refresh(): void {
    this.#settle()
    if (this.#snapshot !== null && (this.#ui.view === 'sockets' || this.#ui.view === 'flow')) {
      try {
        this.#sockets = this.options.source.sockets(socketQuery(this.#ui, this.#size))
      } catch (error) {
        this.#ui = { ...this.#ui, notice: { text: error instanceof Error ? error.message : String(error), style: 'bad' } }
      }
      this.#settle()
    }
  }

  /** The connection that Flow shows to somebody who has chosen none; null where none is open. */
  #busiest(): string | null {
    this.#sockets = this.options.source.sockets({ filter: 'state=ESTABLISHED', sort: 'deliveryRate', reverse: true, count: 1 })
    return this.#sockets.rows[0]?.cookie ?? null
  }

  /** What is looked at closer is asked about at looks, and when it is something else: a key alone costs no question. */
  #settle(isLook = false): void {
    this.#model = undefined
    const { source } = this.options
    const { view } = this.#ui
    const cookie = view === 'flow' ? (this.#ui.cookie ?? this.#busiest()) : null
    const mapId = view === 'detail' ? (algorithmOf(this.model)?.mapId ?? null) : null
    if (mapId !== null) this.#looked.mapId = mapId
    if (cookie !== null) {
      this.#looked.cookie = cookie
      this.#ui = { ...this.#ui, cookie }
    }
    if (isLook || mapId !== this.#variables.of) this.#variables = lookCloser(mapId, [], (of) => source.variables(of))
    if (isLook || cookie !== this.#flow.of) this.#flow = lookCloser(cookie, undefined, (of) => source.flow(of))
    this.#model = undefined
    this.#ui = settle(this.model)
    this.#model = undefined
    for (const listener of this.#listeners) listener()
  }
}
