import type { Command } from 'commander'
import type { Output } from './output/output.ts'

/** A subcommand: its file adds options and what it does. */
export interface CommandModule {
  configure(command: Command, output: Output): void
}

export interface CommandEntry {
  name: string
  summary: string
  /** What it takes besides options. */
  argument?: { syntax: string; text: string }
  /** The commands that it is made of. */
  parts?: readonly string[]
  load: () => Promise<CommandModule>
}

const named = 'an algorithm, its map, the id of the map or of its link, or the path of a pin'
const experiment = { syntax: '<dir>', text: 'the directory of an experiment, or its experiment.sqlite' }
const object = { syntax: '<object>', text: 'a BPF object file' }

/** The subcommands, in the order of the help. Each is loaded only when it runs. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'register two algorithms, send traffic with each, watch, and clean up',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'new',
    summary: 'begin an algorithm: its source, a README and a first experiment',
    argument: { syntax: '<name>', text: 'what it is to be called, and its directory' },
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'build',
    summary: "compile an algorithm with clang and ccdk's own headers",
    argument: { syntax: '<source>', text: 'a source in BPF C, such as NAME.bpf.c' },
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'check',
    summary: "match an object with a kernel's types, without loading it",
    argument: object,
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'dev',
    summary: 'on every save: build, check, load, and put the new version in place',
    argument: { syntax: '<source>', text: 'a source in BPF C, such as NAME.bpf.c' },
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'register',
    summary: 'load an object and register its algorithms',
    argument: object,
    load: () => import('./commands/register.ts'),
  },
  {
    name: 'switch',
    summary: 'put a new version of a registered algorithm in place of the old one, at once',
    argument: object,
    load: () => import('./commands/switch.ts'),
  },
  {
    name: 'unregister',
    summary: 'take registered algorithms away again',
    argument: { syntax: '<name...>', text: named },
    load: () => import('./commands/unregister.ts'),
  },
  {
    name: 'list',
    summary: 'everything that is registered, by whomever',
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'show',
    summary: 'one algorithm in detail',
    argument: { syntax: '<name>', text: named },
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'top',
    summary: 'watch what is registered, its programs and the TCP sockets, live',
    load: async () => {
      const { leaveMemory } = await import('./top/leave-memory.ts')
      leaveMemory()
      return await import('./commands/top.ts')
    },
  },
  {
    name: 'cleanup',
    summary: 'undo what commands that were killed have left, and only that',
    load: () => import('./commands/cleanup.ts'),
  },
  {
    name: 'path',
    summary: 'hosts with a link between them that has a rate, a delay and a queue, for real programs',
    parts: ['up', 'set', 'list'],
    load: () => import('./commands/path.ts'),
  },
  {
    name: 'ab',
    summary: 'compare algorithms in an experiment, block by block, with intervals, verdicts and gates',
    argument: { syntax: '[spec]', text: 'a file that says what the experiment is (docs/experiments.md)' },
    parts: ['quick'],
    load: () => import('./commands/ab.ts'),
  },
  {
    name: 'report',
    summary: 'what an experiment has found, as a page that opens alone',
    argument: experiment,
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'export',
    summary: 'what an experiment has measured as CSV, NDJSON or Parquet',
    argument: experiment,
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'btf',
    summary: 'the types of a kernel or an object: print them, or cut them down to what objects need',
    parts: ['dump', 'min'],
    load: () => import('./commands/btf.ts'),
  },
  {
    name: 'link',
    summary: 'make one object of several, each of which can use what the others define',
    argument: { syntax: '<object...>', text: 'BPF object files' },
    load: () => import('./commands/link.ts'),
  },
  {
    name: 'xsk',
    summary: 'packets of an interface through AF_XDP',
    parts: ['dump'],
    load: () => import('./commands/xsk.ts'),
  },
  {
    name: 'doctor',
    summary: 'what this machine can do, and how to mend it',
    load: () => import('./commands/doctor.ts'),
  },
]
