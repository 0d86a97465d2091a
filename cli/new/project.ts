import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { includeDirectory } from '../../src/compiler/index.ts'
import { checkName } from './name.ts'
import { abSpec, readme } from './texts.ts'

/** Each is an example that comes with ccdk: `src/cc-examples/bpf_NAME.bpf.c`. */
export const templates = ['empty', 'reno', 'cubic', 'dctcp', 'rate'] as const

export type Template = (typeof templates)[number]

/** The files of a new algorithm by their names. Throws a `UsageError` for a name that cannot be one. */
export function projectFiles(name: string, template: Template): Map<string, string> {
  const include = includeDirectory()
  const source = readFileSync(join(include, `../bpf_${template}.bpf.c`), 'utf8')
  const headers = globSync('ccdk/*.h', { cwd: include }).map((file) => readFileSync(join(include, file), 'utf8'))
  checkName(name, [...headers, source.replaceAll(`bpf_${template}`, '')])
  const renamed = renameAlgorithm(source, `bpf_${template}`, name)
  return new Map([
    [`${name}.bpf.c`, renamed],
    ['README.md', readme(name, template, tunable(renamed))],
    ['ab.yaml', abSpec(name)],
    ['.gitignore', '*.o\n'],
  ])
}

/** The algorithm, its variable and its programs under another name, and behind a link. */
function renameAlgorithm(source: string, from: string, to: string): string {
  return source
    .replaceAll(new RegExp(String.raw`\b${from}(?=\b|_)`, 'g'), to)
    .replace('SEC(".struct_ops")\n', '/* Behind a link (6.4): the algorithm goes when the link is closed. */\nSEC(".struct_ops.link")\n')
    .replace(/^struct tcp_congestion_ops \w+ = \{$/m, `struct tcp_congestion_ops ${to} = {`)
}

/** The variables of a source that are set before it is loaded. */
const tunable = (source: string): string[] => Array.from(source.matchAll(/^const volatile \w+ (\w+)/gm), ([, name = '']) => name)
