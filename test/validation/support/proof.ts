import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, machine, release } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** Something that nobody has to believe without seeing it, and how it was tried. Words are Markdown. */
export interface ProofWords<Figures> {
  /** Of its test, `test/validation/NAME.test.ts`, and of its figures, `docs/validation/NAME.json`. */
  name: string
  title: string
  /** What was tried and how. */
  how: string
  /** What came out, with one `table` or two, and what follows from it. */
  found: (figures: Figures) => string
}

/** Figures, which are plain data, and of what they are. */
interface Recorded<Figures> {
  date: string
  kernel: string
  cpus: string
  /** Ends with a plus sign where something was tried that no commit has. */
  commit: string
  figures: Figures
}

/** A section of docs/validation.md: its test records the figures, `npm run docs` puts words to them. */
export class Proof<Figures extends object> {
  readonly #words: ProofWords<Figures>
  readonly #file: string

  constructor(words: ProofWords<Figures>) {
    this.#words = words
    this.#file = join(root, 'docs/validation', `${words.name}.json`)
  }

  /** To be called before figures are judged: what does not hold is told too. */
  record(figures: Figures): void {
    const recorded: Recorded<Figures> = { date: new Date().toISOString().slice(0, 10), ...machineFacts(), commit: commitOf(), figures }
    mkdirSync(dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, `${JSON.stringify(recorded, undefined, 2)}\n`)
  }

  /** Undefined as long as there are no figures. */
  section(): string | undefined {
    if (!existsSync(this.#file)) return undefined
    const { name, title, how, found } = this.#words
    const { figures, date, kernel, cpus: cores, commit }: Recorded<Figures> = JSON.parse(readFileSync(this.#file, 'utf8'))
    const again = `Measured on ${date}, ${kernel}, ${cores}, commit ${commit}. Again: \`npm run test:validation -- ${name}\`.`
    return [`## ${title}`, how, found(figures), again].join('\n\n')
  }
}

function machineFacts(): { kernel: string; cpus: string } {
  const [processor] = cpus()
  const [version = ''] = release().split('-')
  return { kernel: `Linux ${version}`, cpus: `${cpus().length} × ${processor?.model.trim() ?? machine()}` }
}

function commitOf(): string {
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
  const isChanged = git('status', '--porcelain', '--', 'src', 'cli', 'test') !== ''
  return `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? '+' : ''}`
}

/** A table of Markdown, of which the first row is the head, and the first column words. */
export function table([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
