import { longestMessage } from './lines.ts'

/** What kernels from 7.3 on write at the end of a log: kernel/bpf/diagnostics.c. */
export interface Report {
  /** `Unreadable register`, behind the kind of rule that it breaks. */
  problem: string
  reason: string | null
  suggestion: string | null
  place: { file: string | null; line: number | null; text: string; instruction: { index: number; text: string } | null } | null
}

const title = 'Verification failed:'
const section = /^([A-Z][\w ]*):$/

/** Splits a log into what older kernels write too and the report behind it, which is null where there is none. */
export function splitReport(log: string): { classic: string; report: Report | null } {
  const at = log.startsWith(title) ? 0 : log.lastIndexOf(`\n${title}`)
  if (at >= 0) return { classic: log.slice(0, at), report: readReport(log.slice(at).trimStart()) }
  // Whatever becomes of the title, the sections are what is wanted.
  const reason = log.lastIndexOf('\nReason:\n')
  return reason < 0 ? { classic: log, report: null } : { classic: log.slice(0, reason), report: readReport(log.slice(reason)) }
}

function readReport(text: string): Report {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split('\n')) {
    const [, name] = section.exec(line) ?? []
    if (name !== undefined) sections.set(name, (current = []))
    else if (line.startsWith('processed ')) break
    else current.push(line)
  }
  const [first = ''] = text.split('\n', 1)
  return {
    problem: first.startsWith(title) ? (first.slice(title.length).split(': ').at(-1)?.trim() ?? '') : '',
    reason: paragraph(sections.get('Reason')),
    suggestion: paragraph(sections.get('Suggestion')),
    place: placeIn(sections.get('At')),
  }
}

/** Lines that were broken at 100 columns, as one. */
function paragraph(lines: readonly string[] | undefined): string | null {
  const text = (lines ?? []).map((line) => line.trim()).join(' ').trim()
  return text === '' ? null : text.slice(0, longestMessage)
}

function placeIn(lines: readonly string[] | undefined): Report['place'] {
  if (lines === undefined) return null
  // `func @ my.bpf.c:9:3`, `my.bpf.c:9:3`, or `insn 4` where the object does not say.
  const [, file = null, line] = /^ {2}(?:\S+ @ )?(\S+?):(\d+):\d+$/.exec(lines[0] ?? '') ?? []
  const marked = lines.flatMap((text) => {
    const [, number, rest = ''] = /^ *>>> +(\d+) \| ?(.*)$/.exec(text) ?? []
    return number === undefined ? [] : [{ index: Number(number), text: rest.trim() }]
  })
  const instruction = marked.findLast(({ text }) => /^\([\da-f]{2}\)/.test(text)) ?? null
  const sourceLine = marked.find((entry) => entry !== instruction)
  return { file, line: line === undefined ? null : Number(line), text: sourceLine?.text ?? '', instruction }
}
