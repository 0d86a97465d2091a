import type { MatchReport, MemberMatch } from '../../src/btf-match/index.ts'
import { BtfMismatchError, errorDocument } from '../../src/errors/index.ts'
import type { BpfObject } from '../../src/loader/index.ts'
import type { Output } from '../output/output.ts'
import { table, width } from '../output/table.ts'
import { Footnotes } from './footnotes.ts'
import type { KernelCheck } from './kernel-check.ts'
import { needsOf, placeOf, ranges, whatHappens, wrap } from './words.ts'

/** Columns of a terminal that is not wider than most. */
const columns = 80

/** One table for many kernels: members down, kernels across by their numbers, and below what is to be said of them. */
export function printMany(object: BpfObject, checks: readonly KernelCheck[], output: Output): void {
  output.print()
  for (const [index, check] of checks.entries()) output.print(keyLine(index + 1, check, output))
  for (const spec of object.structOps) {
    if (!spec.autocreate) output.print(`\n${spec.name} (${spec.section}) is registered only when it is asked for`)
    else printStruct(spec.name, spec.section, checks, output)
  }
  printMissing(checks, output)
  printGrouped(checks, output)
  const fitting = checks.filter(({ fits }) => fits).length
  const style = fitting === checks.length ? 'green' : 'red'
  output.print(`\n${object.file} ${output.style(style, `fits ${fitting} of ${checks.length} kernels`)}`)
}

/** A kernel's number, whether the object fits it, and what it is: its file on a line of its own where there is no room. */
function keyLine(number: number, { kernel, file, fits }: KernelCheck, output: Output): string {
  const verdict = fits ? 'fits        ' : 'does not fit'
  const start = `${number}  ${output.style(fits ? 'green' : 'red', verdict)}  ${kernel}`
  if (file === null || kernel.includes(file)) return start
  const apart = width(start) + 2 + file.length > columns ? `\n${' '.repeat(`${number}  `.length)}` : '  '
  return `${start}${apart}${output.style('dim', file)}`
}

function printStruct(map: string, section: string, checks: readonly KernelCheck[], output: Output): void {
  const reports = checks.map(({ structOps }) => structOps.find((report) => report.map === map))
  const known = reports.find((report) => report !== undefined)
  if (known === undefined) return
  const notes = new Footnotes()
  // What only a kernel has stays zero there, and is nothing to decide on.
  const names = known.members.filter(({ status }) => status !== 'kernel-only').map(({ name }) => name)
  const used = new Set<Mark>()
  const rows = names.map((name) => [name, ...reports.map((report) => cell(memberOf(report, name), notes, used, output))])
  output.print(`\n${output.style('bold', map)} (${section}) → struct ${known.struct}`)
  output.print(blocks(rows).join('\n\n'))
  output.print([...used].map((mark) => `${marks[mark].sign} ${marks[mark].meaning}`).join('   '))
  for (const { letter, text } of notes.all()) output.print(wrap(`${letter}  ${text}`, columns, ' '.repeat(letter.length + 2)))
}

const memberOf = (report: MatchReport | undefined, name: string): MemberMatch | undefined =>
  report?.members.find((member) => member.name === name)

const marks = {
  matched: { sign: '✓', style: 'green', meaning: 'matched' },
  warning: { sign: '!', style: 'yellow', meaning: 'matched, with a warning' },
  skipped: { sign: '–', style: 'yellow', meaning: 'skipped' },
  missing: { sign: '?', style: 'red', meaning: 'missing' },
  mismatch: { sign: '✗', style: 'red', meaning: 'mismatch' },
  unknown: { sign: '·', style: 'red', meaning: 'the kernel does not have the struct for BPF' },
} as const
type Mark = keyof typeof marks

function markOf(member: MemberMatch | undefined): { mark: Mark; note: string | null } {
  if (member === undefined) return { mark: 'unknown', note: null }
  const nearest = 'nearest' in member && member.nearest !== null ? `; the kernel has "${member.nearest}"` : ''
  switch (member.status) {
    case 'matched':
      return member.warning === null ? { mark: 'matched', note: null } : { mark: 'warning', note: member.warning }
    case 'skipped': {
      const left = member.program === null ? 'not set here' : `optional: program ${member.program} is left out`
      return { mark: 'skipped', note: `${left}, and unknown to the kernel${nearest}` }
    }
    case 'mismatch':
      return { mark: member.kernel === null ? 'missing' : 'mismatch', note: member.reason + nearest }
    case 'kernel-only':
      return { mark: 'matched', note: null }
  }
}

function cell(member: MemberMatch | undefined, notes: Footnotes, used: Set<Mark>, output: Output): string {
  const { mark, note } = markOf(member)
  used.add(mark)
  const letter = note === null || member === undefined ? '' : notes.of(`${member.name}: ${note}`)
  return output.style(marks[mark].style, marks[mark].sign + letter)
}

/** As many columns side by side as there is room for, each block with the names of the rows and the numbers. */
function blocks(rows: readonly (readonly string[])[]): string[] {
  const first = Math.max(...rows.map(([name = '']) => name.length), 'MEMBER'.length)
  const widest = Math.max(2, ...rows.flatMap(([, ...cells]) => cells.map(width)))
  const count = Math.max(...rows.map((row) => row.length - 1), 0)
  const atOnce = Math.max(1, Math.floor((columns - first) / (widest + 2)))
  const found: string[] = []
  for (let start = 0; start < count; start += atOnce) {
    const end = Math.min(start + atOnce, count)
    const numbers = Array.from({ length: end - start }, (_, index) => `${start + index + 1}`.padEnd(widest))
    const part = [['MEMBER', ...numbers], ...rows.map(([name = '', ...cells]) => [name, ...cells.slice(start, end)])]
    found.push(table(part))
  }
  return found
}

/** Groups what was said of several kernels, and says it once with their numbers. */
function grouped<Item>(checks: readonly KernelCheck[], items: (check: KernelCheck) => readonly Item[], keyOf: (item: Item) => string) {
  const found = new Map<string, { item: Item; numbers: number[] }>()
  for (const [index, check] of checks.entries()) {
    for (const item of items(check)) {
      const known = found.get(keyOf(item)) ?? { item, numbers: [] }
      found.set(keyOf(item), known)
      if (known.numbers.at(-1) !== index + 1) known.numbers.push(index + 1)
    }
  }
  return [...found.values()]
}

/** Which uses a problem is about: it says their name in quotes. */
const usesOf = ({ message }: KernelCheck['problems'][number], { missing }: KernelCheck) =>
  missing.filter(({ what }) => message.includes(`"${what}"`))

function printMissing(checks: readonly KernelCheck[], output: Output): void {
  const told = (check: KernelCheck) => new Set(check.problems.flatMap((problem) => usesOf(problem, check)))
  const untold = (check: KernelCheck) => check.missing.filter((use) => !told(check).has(use))
  const all = grouped(checks, untold, (use) => `${use.what}\0${placeOf(use)}\0${use.reached}\0${use.needs}`)
  for (const [what, uses] of Map.groupBy(all, ({ item }) => item.what)) {
    output.print(`\n${output.style('bold', what)}, which is missing`)
    for (const { item, numbers } of uses) {
      const mark = item.reached ? output.style('red', '✗') : output.style('yellow', '–')
      output.print(`${mark}  ${wrap(`in ${ranges(numbers)}: ${placeOf(item)}: ${whatHappens(item)}${needsOf(item)}`, columns - 3, '   ')}`)
    }
  }
}

/** What the table does not say already. */
function problemsOf(check: KernelCheck): { message: string; hint: string | null }[] {
  const isInTable = ({ code }: { code: string }) =>
    code === mismatchCode && check.structOps.some(({ compatible }) => !compatible)
  return check.problems
    .filter((problem) => !isInTable(problem))
    .map((problem) => {
      const places = usesOf(problem, check).map(placeOf)
      return { ...problem, message: problem.message + (places.length === 0 ? '' : `; used by ${places.join(', ')}`) }
    })
}

const mismatchCode = errorDocument(new BtfMismatchError('', null)).error.code

function printGrouped(checks: readonly KernelCheck[], output: Output): void {
  const problems = grouped(checks, problemsOf, ({ message, hint }) => `${message}\0${hint}`)
  const notes = grouped(checks, (check) => check.notes, (note) => note)
  if (problems.length + notes.length > 0) output.print()
  for (const { item, numbers } of notes) output.print(wrap(`in ${ranges(numbers)}: ${item}`, columns, '   '))
  for (const { item, numbers } of problems) {
    output.print(`${output.style('red', 'problem')} ${wrap(`in ${ranges(numbers)}: ${item.message}`, columns - 8, '   ')}`)
    if (item.hint !== null) output.print(`   ${wrap(item.hint, columns - 3, '   ')}`)
  }
}
