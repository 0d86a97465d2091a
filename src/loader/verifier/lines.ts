/** A line of the verifier's log, by what it is. */
export type LogLine =
  /** `2: (63) *(u32 *)(r1 +1876) = r2 ; R2_w=0` */
  | { kind: 'instruction'; index: number; text: string; state: string }
  /** `; sk->x = 0; @ my.bpf.c:9` */
  | { kind: 'source'; text: string; file: string | null; line: number | null }
  /** What is known of registers: `0: R1=ctx() R10=fp0`, `from 3 to 5: frame1: R0=…`. `whole` when it is known of all. */
  | { kind: 'state'; state: string; whole: boolean; frame: number | null }
  /** `caller:`, `returning from callee:` */
  | { kind: 'call' | 'return' }
  /** Counts and what the verifier did to be sure; not a reason. */
  | { kind: 'noise' }
  | { kind: 'message'; text: string }

// ABI, if a loose one: print_verifier_state, print_bpf_insn and the verbose() calls of kernel/bpf/verifier.c, 5.6 to 7.3.
// The source lines are the object's own, so no expression may take long with one that is made to.
const instruction = /^(\d+): (\([\da-f]{2}\) )/
/** Behind a jump that is surely taken stands what is known where it leads. */
const whereItLeads = / \d+: (?:frame\d+: )?(?=R\d)/
const place = /^(\S+):(\d+)(?::\d+)?$/
const whole = /^(?:from \d+ to \d+|\d+)(?: \(speculative execution\))?:(?: safe$| (?:frame(\d+): )?(R\d.*))/
const partial = /^(?: *(?:frame\d+:)? ?(?:R\d+|fp-\d+)(?:_\w+)?=|caller frame|propagating |\s+R\d)/
const noise =
  /^(processed \d+ insns|verification time|stack depth|mark_precise|last_idx|first_idx|regs=|parent (didn't|already)|func#\d+|Validating |Func#\d+|callee:$|to caller at|cur state:|old state:|frame\d+: last_idx|Live regs|\s*\d+: [\d.]{10}|\d+: safe$|\s*$)/

/** Some messages end without a line of their own. What the object brings into the log may have other ends of lines in it. */
const counts = /processed \d+ insns .*/s

export function readLine(text: string): LogLine {
  const line = text.replace(counts, '')
  if (noise.test(line)) return { kind: 'noise' }
  const insn = instruction.exec(line)
  if (insn !== null) return readInstruction(Number(insn[1]), insn[2] ?? '', line.slice(insn[0].length))
  if (line.startsWith('; ')) return readSource(line.slice(2).trim())
  const state = whole.exec(line)
  if (state !== null) {
    const [, frame, words = ''] = state
    return { kind: 'state', state: words, whole: true, frame: frame === undefined ? 0 : Number(frame) }
  }
  if (line === 'caller:') return { kind: 'call' }
  if (line.startsWith('returning from callee')) return { kind: 'return' }
  if (partial.test(line)) return { kind: 'state', state: line.trim(), whole: false, frame: null }
  return { kind: 'message', text: line.slice(0, longestMessage).trim() }
}

/** ABI: BPF_VERIFIER_TMP_LOG_SIZE, linux/bpf_verifier.h: what the kernel writes at once. */
export const longestMessage = 1024

function readInstruction(index: number, code: string, rest: string): LogLine {
  const comment = rest.indexOf(';')
  if (comment >= 0) return { kind: 'instruction', index, text: code + rest.slice(0, comment).trim(), state: rest.slice(comment + 1).trim() }
  const leads = whereItLeads.exec(rest)
  if (leads === null) return { kind: 'instruction', index, text: code + rest.trim(), state: '' }
  return { kind: 'instruction', index, text: code + rest.slice(0, leads.index), state: rest.slice(leads.index + leads[0].length) }
}

/** `text @ file:line`, as kernels from 6.10 on write it; older ones have only the text. */
function readSource(words: string): LogLine {
  const at = words.lastIndexOf(' @ ')
  const found = at < 0 ? null : place.exec(words.slice(at + 3))
  if (found === null) return { kind: 'source', text: words, file: null, line: null }
  return { kind: 'source', text: words.slice(0, at).trim(), file: found[1] ?? null, line: Number(found[2]) }
}
