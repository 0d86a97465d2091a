import { Proof, table } from '../support/proof.ts'

/** Kills of one kind of process. */
export interface KilledRole {
  role: string
  kills: number
  /** Trials that were stored when it was killed, of all runs. */
  stored: number
  /** Runs that went on by themselves to their end. */
  wentOn: number
  /** Runs that were ended, or ended with an error. */
  ended: number
}

export interface KilledFigures {
  kills: KilledRole[]
  /** Runs that were brought to their end afterwards. */
  resumed: number
}

const words: Readonly<Record<string, string>> = { ccdk: '`ccdk ab` itself', host: 'a host', emulator: 'the emulator', traffic: 'a sender or receiver', probe: 'what measures the path', 'just forked': 'a process that has just begun' }

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** kill -9 of any process of a run. */
export const killed = new Proof<KilledFigures>({
  name: 'killed',
  title: 'kill -9 at any moment',
  how: `Runs of a small \`ccdk ab\` in which chance chooses the moment and the process that gets SIGKILL. After each, the trials that were
said to be stored are in the database, whole, and at most one more. Where \`ccdk ab\` itself was killed, \`ccdk cleanup\` follows.
Then processes, network namespaces, interfaces, BPF maps, programs, links and types, registered algorithms, pins, mounts, temporary files,
sysctls and the journal are compared with what they were before.`,
  found: ({ kills, resumed }) =>
    [
      table([
        ['killed', 'times', 'run went on', 'run ended', 'trials in the database'],
        ...kills.map(({ role, kills: times, wentOn, ended, stored }) => [words[role] ?? role, times, wentOn, ended, stored]),
      ]),
      `${sum(kills.map((one) => one.kills))} kills, of which none lost a trial or left anything, which would have ended the test. ${resumed} of the experiments\nwere then resumed, and ended with all their trials.`,
    ].join('\n\n'),
})
