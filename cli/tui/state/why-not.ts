import { isIn } from '../keys/bindings.ts'
import { type CommandName, keyTable } from '../keys/table.ts'
import { algorithmOf, variableOf } from './chosen.ts'
import type { Model } from './ui.ts'

/** Why a key does nothing now; null where it does something. */
export function whyNot(command: CommandName, model: Model): string | null {
  const { situation, ui } = model
  const entry = keyTable[command]
  if (entry.changes) {
    if (situation.replay !== null) return `a recording is shown, and it cannot be changed`
    if (situation.readonly !== null) return situation.readonly
  }
  if (entry.replay && situation.replay === null) return 'it moves through a recording: ccdk top --replay FILE shows one'
  if (!isIn(command, ui.view)) return `it works in ${listed(entry.in ?? [])}`
  const algorithm = algorithmOf(model)
  switch (command) {
    case 'detail':
      return model.snapshot?.algorithms.length === 0 ? 'nothing is registered by BPF' : null
    case 'replace':
      if (algorithm === undefined) return 'no algorithm is chosen'
      return algorithm.registered ? null : `map ${algorithm.mapId} is not registered: there is nothing to take the place of`
    case 'unregister':
      if (algorithm === undefined) return 'no algorithm is chosen'
      return algorithm.registered ? null : `map ${algorithm.mapId} is not registered (${algorithm.state})`
    case 'edit': {
      if (ui.detail.part !== 'variables') return 'the cursor is not in the variables'
      const variable = variableOf(model)
      if (variable === undefined) return 'no variable of this algorithm can be seen'
      return variable.writable ? null : `${variable.name} is constant: the verifier has relied on its value`
    }
    default:
      return null
  }
}

const listed = (names: readonly string[]): string => [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' and ')
