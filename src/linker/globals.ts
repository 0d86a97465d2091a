import { STB, STV } from '../elf/index.ts'
import { checkAgreement } from './agreement.ts'
import type { LinkInput } from './input.ts'
import { failAt, isDefinition, type Mention, mentionsOf } from './mention.ts'
import type { Layout } from './sections.ts'

/** What a name that objects share comes to. */
export interface GlobalName {
  readonly name: string
  /** What the name stands for in the result: its definition, or a declaration where no object has one. */
  readonly meant: Mention
  /** False where what it is remains open. */
  readonly isDefined: boolean
  /** The others: declarations, and weak definitions that count for nothing. */
  readonly others: readonly Mention[]
  readonly binding: number
  readonly visibility: number
}

/** Settles what each name stands for that is not local to one object. */
export function resolveGlobals(inputs: readonly LinkInput[], layout: Layout): Map<string, GlobalName> {
  const mentions = inputs.flatMap((input) => mentionsOf(input, layout))
  const names = Map.groupBy(mentions, ({ symbol }) => symbol.name)
  return new Map(Array.from(names, ([name, list]) => [name, resolve(name, list)]))
}

function resolve(name: string, mentions: readonly Mention[]): GlobalName {
  const definitions = mentions.filter(isDefinition)
  const [strong, second] = definitions.filter(({ symbol }) => symbol.binding === STB.GLOBAL)
  if (strong !== undefined && second !== undefined) {
    const hint = 'make it static in one of them, or __weak in all but one'
    return failAt(second, `one definition in all objects, but ${strong.input.file} has one too`, hint)
  }
  const [first] = mentions
  const meant = strong ?? definitions[0] ?? mentions.find(({ symbol }) => symbol.binding === STB.GLOBAL) ?? first
  if (meant === undefined) throw new RangeError(`nobody mentions ${name}`)
  const others = mentions.filter((mention) => mention !== meant)
  for (const other of others) checkAgreement(meant, other, (expected, hint) => failAt(other, expected, hint))
  const visibilities = mentions.map(({ symbol }) => symbol.visibility).filter((visibility) => visibility !== STV.DEFAULT)
  return {
    name,
    meant,
    isDefined: definitions.length > 0,
    others,
    binding: meant.symbol.binding,
    // One object that hides a name hides it in all: STV_INTERNAL is stricter than STV_HIDDEN, and smaller.
    visibility: Math.min(...visibilities, visibilities.length === 0 ? STV.DEFAULT : Infinity),
  }
}
