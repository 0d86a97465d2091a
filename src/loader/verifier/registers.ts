import type { LogLine } from './lines.ts'

/** Of a call five, of others two: more than matter to read. */
const most = 4

/** The registers that a refusal is about: those that it names, then those of the instruction. */
export function registersThatMatter(reason: string, instruction: string): string[] {
  const inReason = [...reason.matchAll(/\bR(\d+)\b/g)].map(([, number = '']) => number)
  // The first argument is in R1; in a program that the kernel calls it is a word of the context.
  const passed = instruction.startsWith('(85)') ? [...reason.matchAll(/\barg#(\d)/g)].map(([, at]) => `${Number(at) + 1}`) : []
  const inInstruction = [...instruction.matchAll(/\b[rw](\d+)\b/g)].map(([, number = '']) => number)
  return [...new Set([...inReason, ...passed, ...inInstruction])].slice(0, most).map((number) => `R${number}`)
}

/** What the log last said of a register before its end; undefined when that is not known on this path. */
export function stateOf(register: string, before: readonly LogLine[]): string | undefined {
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const line = before[at]
    if (line?.kind !== 'instruction' && line?.kind !== 'state') continue
    const found = valueIn(line.state, register)
    if (found !== undefined) return found
    // All that was known stands in such a line: what came before it was another path.
    if (line.kind === 'state' && line.whole) return undefined
  }
  return undefined
}

/** `scalar(smin=-128,smax=127)` out of `R1=ctx() R2_w=scalar(smin=-128,smax=127)`: up to a space outside of brackets. */
function valueIn(state: string, register: string): string | undefined {
  const start = new RegExp(`(?:^|\\s)${register}(?:_\\w+)?=`).exec(state)
  if (start === null) return undefined
  const from = start.index + start[0].length
  let depth = 0
  let at = from
  for (; at < state.length; at += 1) {
    const letter = state[at]
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (letter === ' ' && depth <= 0) break
  }
  return state.slice(from, at)
}
