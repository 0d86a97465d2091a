import type { MonitorSource, Snapshot } from '../../../src/monitor/index.ts'
import { errorText, wholeText } from '../../errors/error-text.ts'
import type { Actions } from '../actions/actions.ts'
import { ask } from '../actions/ask.ts'
import { pressInDialog } from '../actions/dialogs.ts'
import type { Bindings } from '../keys/bindings.ts'
import { type CommandName, keyTable } from '../keys/table.ts'
import type { Area } from '../screen/panel.ts'
import type { Glyphs } from '../theme/glyphs.ts'
import { algorithmOf, eventOf, shownEvents } from './chosen.ts'
import { commands, settle } from './commands.ts'
import { History } from './history.ts'
import { gapOf, seekTarget } from './seek.ts'
import { stayed } from './move.ts'
import { socketQuery } from './query.ts'
import { Sight } from './sight.ts'
import type { Model, Notice, Situation, Ui } from './ui.ts'
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

/**
 * What a person does and what is seen, without a screen: keys and looks go in, and models that a frame can be drawn
 * from come out.
 */
export class Session {
  readonly options: SessionOptions
  readonly history = new History()
  #ui: Ui
  #size: Area
  readonly #sight: Sight
  #model: Model | undefined
  #lookedAt = -Infinity
  readonly #listeners = new Set<() => void>()

  constructor(options: SessionOptions) {
    this.options = options
    this.#sight = new Sight(options.source, options.situation.replay?.lacks ?? [])
    this.#ui = options.ui
    this.#size = options.size
  }

  /** The same object until something has changed. */
  get model(): Model {
    const { situation, bindings, glyphs } = this.options
    this.#model ??= {
      ui: this.#ui,
      size: this.#size,
      snapshot: this.#sight.snapshot,
      sockets: this.#sight.sockets,
      variables: this.#sight.variables,
      flow: this.#sight.flow,
      unread: this.#sight.unread,
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
    return player !== undefined && this.#sight.snapshot !== null && player.position === player.length - 1
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
      // What is recorded is all of it, what is shown a window.
      seen = this.#sight.look(socketQuery(this.#ui, this.#size), isRecorded)
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

  /** With what was looked at closer, from then on. */
  #record(seen: Snapshot): void {
    const { actions } = this.options
    try {
      actions.seen(seen, this.#sight.looked())
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
    if (chord === 'ctrl+c') return this.options.quit()
    if (pressInDialog(this, chord)) return
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

  /** Whether a filter can be used: throws when it is wrong. */
  tryFilter(filter: string): void {
    this.options.source.sockets({ filter, count: 1 })
  }

  /** After a key: what is shown may be another part of what was seen. */
  #refresh(): void {
    this.#settle()
    if (this.#sight.snapshot !== null && (this.#ui.view === 'sockets' || this.#ui.view === 'flow')) {
      try {
        this.#sight.window(socketQuery(this.#ui, this.#size))
      } catch (error) {
        this.#ui = { ...this.#ui, notice: { text: error instanceof Error ? error.message : String(error), style: 'bad' } }
      }
      this.#settle()
    }
  }

  #settle(isLook = false): void {
    this.#model = undefined
    const { view } = this.#ui
    if (view === 'flow' && this.#ui.cookie === null) this.#ui = { ...this.#ui, cookie: this.#sight.busiest() }
    const mapId = view === 'detail' ? (algorithmOf(this.model)?.mapId ?? null) : null
    this.#sight.closer({ mapId, cookie: view === 'flow' ? this.#ui.cookie : null }, isLook)
    this.#model = undefined
    this.#ui = settle(this.model)
    this.#model = undefined
    for (const listener of this.#listeners) listener()
  }
}
