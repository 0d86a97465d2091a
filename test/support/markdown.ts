/** A fenced block of a page: ```` ```console exit=2 ````. */
export interface Block {
  language: string
  /** The words behind the language: `exit=2`. */
  attributes: readonly string[]
  /** Line of the page, from 1. */
  line: number
  text: string
}

/** What a person types, and what they see then. */
export interface Step {
  command: string
  /** Output before Ctrl-C, where the page shows `^C`; else all of it. */
  output: string
  /** Output after Ctrl-C. */
  afterInterrupt: string | undefined
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(?<info>[^\n]+)\n(?<text>.*?)^```$/gms)].map(({ groups, index }) => {
    const [language = '', ...attributes] = (groups?.['info'] ?? '').split(' ')
    return { language, attributes, line: page.slice(0, index).split('\n').length, text: groups?.['text'] ?? '' }
  })
}

/** The commands of a console block, which stand behind `$ ` or, where they need root, behind `# `. */
export function stepsOf({ text }: Block): Step[] {
  return text.split(/^(?=[$#] )/m).map((part) => {
    const [first = '', ...rest] = part.split('\n')
    const [output = '', afterInterrupt] = rest.join('\n').split(/^\^C\n/m)
    return { command: first.slice(2), output, afterInterrupt }
  })
}

/** The parts of a line that a pattern does not take as they are. */
const varying = /Linux \d\S*|\d+(?:[.,]\d+)*| +|[$()*+.?[\\\]^{|}]/g

function patternOf(part: string): string {
  if (part.startsWith('Linux')) return 'Linux \\S+'
  if (/^\d/.test(part)) return '[\\d.,]+'
  return part.startsWith(' ') ? ' +' : `\\${part}`
}

/**
 * A pattern for output that differs from the page's only in what differs from one run to the next: numbers, the
 * kernel's release, and how wide columns are. A line that is `…` stands for any lines, and for none.
 */
export function outputPattern(output: string): RegExp {
  const lines = output.split('\n').slice(0, -1)
  const patterns = lines.map((line) =>
    line === '…' ? '(?:[^\\n]*\\n)*?' : `${line.replaceAll(varying, patternOf)}\\n`,
  )
  return new RegExp(`^${patterns.join('')}$`)
}
