import { nearestName } from '../../../src/btf-match/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { isChord } from './chords.ts'
import { type CommandName, commandNames, isCommand, keyTable, type ViewName } from './table.ts'

/** Which keys do what. */
export interface Bindings {
  keysOf: (command: CommandName) => readonly string[]
  /** Undefined for a key that does nothing in a view. */
  commandOf: (chord: string, view: ViewName) => CommandName | undefined
}

/**
 * The keys of the table, with those that the person gave: a key that was given away is taken from what had it. In a replay
 * what moves through it has its keys before all else, and elsewhere only those that nothing else has.
 */
export function bindings(remapped: Readonly<Record<string, readonly string[]>> = {}, isReplay = false): Bindings {
  const given = new Map<CommandName, readonly string[]>()
  for (const [name, keys] of Object.entries(remapped)) {
    if (!isCommand(name)) {
      const nearest = nearestName(name, [...commandNames])
      throw new UsageError(`keys: nothing is called "${name}"`, {
        hint: nearest === null ? `there are ${commandNames.join(', ')}` : `did you mean "${nearest}"?`,
      })
    }
    for (const key of keys) {
      if (!isChord(key)) throw new UsageError(`keys.${name}: "${key}" is no key`, { hint: 'such as x, X, ctrl+x, enter, space, pgdn' })
    }
    given.set(name, keys)
  }
  const taken = [...given].flatMap(([name, keys]) => keys.map((key) => ({ name, key })))
  for (const { name, key } of taken) {
    const other = taken.find((one) => one.key === key && one.name !== name && isOfReplay(one.name) === isOfReplay(name) && meet(one.name, name))
    if (other !== undefined) throw new UsageError(`keys: "${key}" is given to both ${name} and ${other.name}`)
  }
  const own = (command: CommandName): readonly string[] =>
    given.get(command) ?? keyTable[command].keys.filter((key) => !taken.some((one) => one.key === key && meet(one.name, command)))
  const stronger = commandNames.filter((name) => isOfReplay(name) === isReplay)
  const keysOf = (command: CommandName): readonly string[] =>
    stronger.includes(command) ? own(command) : own(command).filter((key) => !stronger.some((name) => meet(name, command) && own(name).includes(key)))
  if (keysOf('quit').length === 0) throw new UsageError('keys: no key is left to quit')
  return {
    keysOf,
    commandOf: (chord, view) => {
      // In raw mode the terminal does not make a signal of it: whatever the settings, it ends the command.
      if (chord === 'ctrl+c') return 'quit'
      const fits = commandNames.filter((command) => keysOf(command).includes(chord))
      return fits.find((command) => isIn(command, view)) ?? fits[0]
    },
  }
}

export const isIn = (command: CommandName, view: ViewName): boolean => keyTable[command].in?.includes(view) ?? true

const isOfReplay = (name: CommandName): boolean => keyTable[name].replay === true

/** Whether two commands work in one view, so that one key cannot mean both. */
function meet(left: CommandName, right: CommandName): boolean {
  const [a, b] = [keyTable[left].in, keyTable[right].in]
  return a === undefined || b === undefined || a.some((view) => b.includes(view))
}
