import { z } from 'zod'
import type { Trial } from '../trial.ts'

/** What an experiment is before anything has run: all that `ExperimentStore.create` writes down. */
export interface NewExperiment {
  name: string
  target: 'kernel' | 'simulator'
  seed: number
  /** As it was given, and the file's name. */
  spec: { file: string; text: string }
  /** Texts of the files that the spec names, traces and sizes, by their names there. */
  named: ReadonlyMap<string, string>
  /** The first is the baseline. */
  arms: readonly NewArm[]
  scenarios: readonly Scenario[]
  /** In running order; `index` counts from 0. */
  trials: readonly Trial[]
}

interface NewArm {
  name: string
  /** The congestion control as the spec names it. */
  cc: string
  /** Missing for one that the kernel has. */
  object?: { file: string; bytes: Uint8Array }
}

export interface Scenario {
  /** What sets it apart from the others: `rate 100mbit, rtt 10ms`. */
  name: string
  /** All of the path, defaults too. Plain data. */
  path: unknown
}

/** What was asked for, read back. */
export interface Experiment extends Pick<NewExperiment, 'name' | 'target' | 'seed' | 'spec'> {
  arms: readonly Arm[]
  scenarios: readonly Scenario[]
}

export interface Arm {
  name: string
  cc: string
  /** `file` is relative to the directory. */
  object?: { file: string; sha256: string }
}

export const isolationSchema = z.array(z.object({ check: z.string(), found: z.string(), ok: z.boolean() }))
export const hashesSchema = z.record(z.string(), z.string())

/** Facts of a call that runs trials: the first one, or one that resumes. */
export interface RunFacts {
  /** ISO 8601. */
  startedAt: string
  /** Version of ccdk. */
  ccdk: string
  /** Release and version, as uname says them. */
  kernel: string
  /** Processor, cores, memory, in words. */
  machine: string
  /** SHA-256 of what was used, by name: the kernel's BTF, and algorithms by `registeredName`. */
  hashes: Record<string, string>
  /** What was checked of both ends before the run: what is asked for, what was found. */
  isolation: z.infer<typeof isolationSchema>
}

/** What the hashes call an algorithm that was not loaded for the experiment, but was there as BPF before. */
export const registeredName = (cc: string): string => `${cc}, as it was registered`

const number = z.number().nullable()

/** A certificate of the emulator as JSON has it, which knows no NaN. */
export const certificateSchema = z.object({
  verdict: z.enum(['ok', 'off', 'disturbed']),
  seconds: z.number(),
  findings: z.array(
    z.object({
      subject: z.string(),
      link: z.number(),
      direction: z.string(),
      unit: z.enum(['bit/s', 'ns', 'share', 'packets', 'bytes']),
      asked: z.object({ least: number, most: number }),
      measured: number,
      error: number,
      tolerance: number,
      verdict: z.string(),
      reason: z.string(),
    }),
  ),
})

export interface StoredCertificate extends z.infer<typeof certificateSchema> {
  run: number
  scenario: number
}

/** A certificate of `certifyPath`, of which no more is asked here. */
export type GivenCertificate = { verdict: 'ok' | 'off' | 'disturbed' } & object
