import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Bundle } from './bundle.ts'
import { certificateSchema, type Experiment, hashesSchema, isolationSchema, type NewExperiment, type RunFacts, type StoredCertificate } from './experiment.ts'

/** Writes what is known before anything has run. */
export function writeExperiment(database: DatabaseSync, experiment: NewExperiment, { arms, specFile }: Pick<Bundle, 'arms' | 'specFile'>): void {
  const { name, target, seed, spec, scenarios, trials } = experiment
  database.prepare('INSERT INTO experiment VALUES (?, ?, ?, ?, ?)').run(name, target, seed, specFile, spec.text)
  const arm = database.prepare('INSERT INTO arms VALUES (?, ?, ?, ?, ?)')
  for (const [index, one] of arms.entries()) arm.run(one.name, index, one.cc, one.object?.file ?? null, one.object?.sha256 ?? null)
  const scenario = database.prepare('INSERT INTO scenarios VALUES (?, ?, ?)')
  for (const [index, one] of scenarios.entries()) scenario.run(index, one.name, JSON.stringify(one.path ?? null))
  const trial = database.prepare('INSERT INTO trials (trial, scenario, design, block, arm, seed) VALUES (?, ?, ?, ?, ?, ?)')
  for (const one of trials) trial.run(one.index, one.scenario, one.design, one.block, one.arm ?? null, one.seed)
}

const json = z.string().transform((text): unknown => JSON.parse(text))
const experimentRow = z.object({ name: z.string(), target: z.enum(['kernel', 'simulator']), seed: z.number(), spec_file: z.string(), spec: z.string() })
const armRow = z.object({ arm: z.string(), cc: z.string(), object: z.string().nullable(), sha256: z.string().nullable() })
const scenarioRow = z.object({ name: z.string(), path: json })

export function experimentIn(database: DatabaseSync): Experiment {
  const { spec_file, spec, ...one } = experimentRow.parse(database.prepare('SELECT * FROM experiment').get())
  const arms = database.prepare('SELECT * FROM arms ORDER BY position').all()
  const scenarios = database.prepare('SELECT * FROM scenarios ORDER BY scenario').all()
  return {
    ...one,
    spec: { file: spec_file, text: spec },
    arms: z.array(armRow).parse(arms).map(({ arm, cc, object, sha256 }) => ({
      name: arm,
      cc,
      ...(object === null || sha256 === null ? {} : { object: { file: object, sha256 } }),
    })),
    scenarios: z.array(scenarioRow).parse(scenarios),
  }
}

const runRow = z.object({
  started_at: z.string(),
  ccdk: z.string(),
  kernel: z.string(),
  machine: z.string(),
  hashes: json.pipe(hashesSchema),
  isolation: json.pipe(isolationSchema),
})

export function runsIn(database: DatabaseSync): RunFacts[] {
  const rows = z.array(runRow).parse(database.prepare('SELECT * FROM runs ORDER BY run').all())
  return rows.map(({ started_at, ...rest }) => ({ startedAt: started_at, ...rest }))
}

const certificateRow = z.object({ run: z.number(), scenario: z.number(), certificate: json.pipe(certificateSchema) })

export function certificatesIn(database: DatabaseSync): StoredCertificate[] {
  const rows = database.prepare('SELECT run, scenario, certificate FROM certificates ORDER BY run, scenario').all()
  return z.array(certificateRow).parse(rows).map(({ certificate, ...place }) => ({ ...place, ...certificate }))
}
