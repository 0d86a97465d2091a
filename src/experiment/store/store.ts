import { dirname, join, resolve } from 'node:path'
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { z } from 'zod'
import { ObjectError, UsageError } from '../../errors/index.ts'
import type { MetricValue, Trial, TrialResult } from '../trial.ts'
import { makeBundle } from './bundle.ts'
import { createDatabase, guarded, openDatabase, transaction } from './database.ts'
import type { Experiment, GivenCertificate, NewExperiment, RunFacts, StoredCertificate } from './experiment.ts'
import { certificatesIn, experimentIn, runsIn, writeExperiment } from './facts.ts'
import { lockDirectory } from './lock.ts'
import { readNamedFiles } from './named-files.ts'
import { StoredTrial, trialOf } from './stored-trial.ts'
import { writeTrial } from './write-trial.ts'

const databaseName = 'experiment.sqlite'

/** A figure of a valid trial. */
export interface StoredMetric extends MetricValue, Pick<Trial, 'scenario' | 'design' | 'block'> {
  trial: number
}

/**
 * The directory of an experiment: what was asked for, on what, and all that was measured. A trial that was added is on the
 * disk, whatever becomes of this process, and one that was not yet is not there at all.
 *
 * @example
 * using store = ExperimentStore.create('dctcp-vs-cubic', experiment)
 * store.beginRun(facts)
 * for (const trial of store.waiting()) store.addTrial(await run(trial))
 */
export class ExperimentStore implements Disposable {
  readonly directory: string
  readonly experiment: Experiment
  readonly #file: string
  readonly #database: DatabaseSync
  readonly #owned: Disposable
  readonly #undo: (() => void) | undefined
  #run: number | undefined

  /** `undo` takes away what `create` has made. */
  private constructor(directory: string, database: DatabaseSync, owned: DisposableStack, undo?: () => void) {
    this.directory = directory
    this.#file = join(directory, databaseName)
    this.#database = database
    this.experiment = this.#read(experimentIn)
    this.#owned = owned.move()
    this.#undo = undo
  }

  /**
   * Makes the directory, with the spec, the objects and the database. Of what fails nothing stays.
   *
   * @throws UsageError for one that has something in it; SyscallError, with ENOSPC for a full disk
   */
  static create(directory: string, experiment: NewExperiment): ExperimentStore {
    const path = resolve(directory)
    const bundle = makeBundle(path, experiment)
    try {
      using owned = new DisposableStack()
      owned.use(lockDirectory(path))
      const file = join(path, databaseName)
      const database = owned.adopt(createDatabase(file, (empty) => writeExperiment(empty, experiment, bundle)), closeDatabase)
      return new ExperimentStore(path, database, owned, bundle.undo)
    } catch (error) {
      bundle.undo()
      throw error
    }
  }

  /**
   * Opens what `create` has made, to be read or, with `write`, to go on. The database's own file will do too.
   *
   * @throws ObjectError for a file that is another's or damaged; with `write` UsageError where another process writes
   */
  static open(directory: string, { write = false } = {}): ExperimentStore {
    const path = directory.endsWith(`/${databaseName}`) ? dirname(directory) : resolve(directory)
    using owned = new DisposableStack()
    const database = owned.adopt(openDatabase(join(path, databaseName), { write }), closeDatabase)
    if (write) owned.use(lockDirectory(path))
    return new ExperimentStore(path, database, owned)
  }

  /**
   * Texts of the files that the spec names, by their names there.
   *
   * @throws ObjectError for a bundle that lacks one
   */
  named(): Map<string, string> {
    return readNamedFiles(this.directory)
  }

  /** Each call that runs trials begins with this. */
  beginRun({ startedAt, ccdk, kernel, machine, hashes, isolation }: RunFacts): void {
    const insert = 'INSERT INTO runs (started_at, ccdk, kernel, machine, hashes, isolation) VALUES (?, ?, ?, ?, ?, ?)'
    const values = [startedAt, ccdk, kernel, machine, JSON.stringify(hashes), JSON.stringify(isolation)]
    this.#run = this.#write('storing the facts of this run', (database) => Number(database.prepare(insert).run(...values).lastInsertRowid))
  }

  /** What the path of a scenario was measured to be in this run. A later one takes an earlier one's place. */
  addCertificate(scenario: number, certificate: GivenCertificate): void {
    const values = [this.#began(), scenario, certificate.verdict, JSON.stringify(certificate)]
    this.#write(`storing the certificate of scenario ${scenario}`, (database) => {
      database.prepare('INSERT OR REPLACE INTO certificates VALUES (?, ?, ?, ?)').run(...values)
    })
  }

  /**
   * Stores a trial: once this returns it is on the disk. One that is there but was not valid gives way to this one.
   *
   * @throws UsageError for a trial that is there and valid, or is not in the plan; SyscallError, with ENOSPC for a full disk
   */
  addTrial(result: TrialResult): void {
    const run = this.#began()
    this.#write(`storing trial ${result.trial.index}`, (database) => writeTrial(database, run, result))
  }

  /** Trials of the plan of which no valid result is there, in running order. */
  waiting(): Trial[] {
    const statement = 'SELECT trial, scenario, design, block, arm, seed FROM trials WHERE valid IS NOT 1 ORDER BY trial'
    return this.#read((database) => database.prepare(statement).all().map(trialOf))
  }

  /** All trials that have run, valid or not, in running order. */
  trials(): StoredTrial[] {
    const statement = 'SELECT * FROM trials WHERE valid IS NOT NULL ORDER BY trial'
    return this.#read((database) => database.prepare(statement).all().map((row) => new StoredTrial(row, (read) => this.#read(read))))
  }

  /** The figures of all valid trials, in running order. */
  metrics(): StoredMetric[] {
    const statement =
      'SELECT trial, scenario, design, block, metrics.arm AS arm, metric, value FROM trials JOIN metrics USING (trial) WHERE valid ORDER BY trial'
    return this.#read((database) => storedMetrics.parse(database.prepare(statement).all()))
  }

  /** Calls that ran trials, in order. */
  runs(): RunFacts[] {
    return this.#read(runsIn)
  }

  certificates(): StoredCertificate[] {
    return this.#read(certificatesIn)
  }

  /** Asks the database itself. Its tables are those of docs/reports.md. */
  rows(statement: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.#read((database) => database.prepare(statement).all(...values))
  }

  /** The columns of what a statement answers, with the types of the tables. */
  columns(statement: string): { name: string; type: string | null }[] {
    return this.#read((database) => database.prepare(statement).columns())
  }

  /** Asks as `rows` does, row by row: what is large need not be in memory at once. */
  *each(statement: string, ...values: SQLInputValue[]): Generator<Record<string, SQLOutputValue>> {
    const found = this.#read((database) => database.prepare(statement).iterate(...values))
    while (true) {
      const { done, value } = this.#read(() => found.next())
      if (done === true) return
      yield value
    }
  }

  /** Closes it and takes away all that `create` has made; what was there before `create` or `open` stays. */
  discard(): void {
    this.close()
    this.#undo?.()
  }

  close(): void {
    this.#owned[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #began(): number {
    if (this.#run === undefined) throw new UsageError('nothing can be stored before beginRun', { hint: 'it says which kernel and machine the figures are of' })
    return this.#run
  }

  #read<Result>(body: (database: DatabaseSync) => Result): Result {
    return guarded(this.#file, `reading ${this.#file}`, () => asWritten(this.#file, () => body(this.#database)))
  }

  #write<Result>(doing: string, body: (database: DatabaseSync) => Result): Result {
    return guarded(this.#file, `${doing} in ${this.#file}`, () => transaction(this.#database, () => body(this.#database)))
  }
}

const closeDatabase = (database: DatabaseSync): void => database.close()

/** Reads columns. What is in one may not be what was put there. */
function asWritten<Result>(file: string, body: () => Result): Result {
  try {
    return body()
  } catch (cause) {
    if (!(cause instanceof z.ZodError) && !(cause instanceof SyntaxError)) throw cause
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
    const expected = `what is stored is not what ccdk writes: ${issue?.message ?? cause.message}`
    throw new ObjectError({ file, path: issue?.path.join('.') ?? '', expected, cause })
  }
}

const storedMetrics = z.array(
  z.object({
    trial: z.number(),
    scenario: z.number(),
    design: z.enum(['alone', 'mixed']),
    block: z.number(),
    arm: z.string(),
    metric: z.string(),
    value: z.number().nullable().transform((value) => value ?? Number.NaN),
  }),
)
