import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from '../../src/errors/index.ts'

/**
 * What a test needs, by folder. `unit` files run side by side; the others one after the other, because registered
 * algorithms, maps and programs belong to the whole machine. `vm` boots other kernels, `validation` measures for an hour,
 * and both run only when named.
 */
export const kinds = ['unit', 'kernel', 'tui', 'browser', 'vm', 'validation'] as const

export type Kind = (typeof kinds)[number]

const onlyWhenNamed: readonly Kind[] = ['vm', 'validation']

export interface GateOptions {
  /** The folder that holds one folder for each kind. */
  directory: string
  kinds: readonly Kind[]
  /** Parts of paths. A file runs when its path holds one of them; all run when there are none. */
  filters: readonly string[]
  limitMs: number
  jobs: number
  /** How often a file that fails is run, at most. */
  tries: 1 | 2
  verbose: boolean
  /** Skips are failures, but for what the reference machine's kernel lacks too. */
  strict: boolean
}

export const usage = `Usage: npm test -- [KIND…] [PART-OF-A-PATH…] [OPTION…]

Runs test/KIND/**/*.test.ts, one process a file. Kinds: ${kinds.join(', ')}; without one, all but ${onlyWhenNamed.join(' and ')}.

  --timeout SECONDS  time limit for a file, unless its first line sets one (default 600)
  --jobs N           unit files that run at a time (default: the number of cores)
  --once             do not try a file again, alone, that failed
  --verbose          the time of each file, and what files print that pass
  --directory DIR    where the folders of the kinds stand (default: test)
  --help             this text

CCDK_REQUIRE=1 makes a skipped test a failure, unless the reference machine's kernel cannot run it either.
`

/** Returns the options, or `undefined` when the usage was asked for. */
export function parseOptions(args: string[], environment: NodeJS.ProcessEnv): GateOptions | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const named = kinds.filter((kind) => positionals.includes(kind))
  return {
    directory: resolve(values.directory),
    kinds: named.length > 0 ? named : kinds.filter((kind) => !onlyWhenNamed.includes(kind)),
    filters: positionals.filter((part) => !(kinds as readonly string[]).includes(part)),
    limitMs: 1000 * positive('--timeout', values.timeout),
    jobs: positive('--jobs', values.jobs),
    tries: values.once ? 1 : 2,
    verbose: values.verbose,
    strict: environment['CCDK_REQUIRE'] === '1',
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        timeout: { type: 'string', default: '600' },
        jobs: { type: 'string', default: String(availableParallelism()) },
        once: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        directory: { type: 'string', default: 'test' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error, hint: usage })
  }
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`${option} takes a positive number, not "${text}"`, { hint: usage })
  return value
}
