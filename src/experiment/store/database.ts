import { renameSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { CcdkError, ObjectError, SyscallError } from '../../errors/index.ts'
import { fileError } from '../../kernel/index.ts'
import { applicationId, schemaVersion, tables } from './schema.ts'

/** How long one process waits for another that is writing, ms. */
const patience = 10_000

/** Makes the database of an experiment, which must not be there yet. It has its name as soon as it is whole. */
export function createDatabase(file: string, fill: (database: DatabaseSync) => void): DatabaseSync {
  return guarded(file, `making ${file}`, () => {
    const begun = `${file}.begun`
    const database = connect(begun)
    try {
      // Rollback journals keep it one file, and EXTRA has a commit outlive the machine's power too.
      database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA')
      transaction(database, () => {
        database.exec(`${tables}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`)
        fill(database)
      })
    } finally {
      database.close()
    }
    renameSync(begun, file)
    return openDatabase(file, { write: true })
  })
}

/**
 * @throws ObjectError for a file that is no database of ours, is damaged, or is of a later version of ccdk
 */
export function openDatabase(file: string, { write }: { write: boolean }): DatabaseSync {
  const doing = `opening ${file}`
  try {
    statSync(file)
  } catch (error) {
    throw fileError(error, { doing, syscall: 'stat', hints: { ENOENT: 'ccdk ab makes one: where it was killed before it could, begin again in another directory' } })
  }
  return guarded(file, doing, () => {
    // Even who only reads has to be able to roll back what a killed writer left half done.
    const database = connect(file)
    try {
      checkOurs(file, database)
      database.exec(write ? 'PRAGMA synchronous = EXTRA' : 'PRAGMA query_only = ON')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: patience, enableForeignKeyConstraints: true })
  // Whoever sends such a file has no business running functions here.
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  return database
}

function checkOurs(file: string, database: DatabaseSync): void {
  const found = numberOf(database, 'application_id')
  if (found !== applicationId) throw new ObjectError({ file, path: '', expected: 'expected the database of an experiment, and this is another SQLite database' })
  const version = numberOf(database, 'user_version')
  if (version === schemaVersion) return
  const expected = `expected tables of version ${schemaVersion}, and these are of version ${version}`
  throw new ObjectError({ file, path: 'user_version', expected, hint: version > schemaVersion ? 'a later ccdk reads it' : 'the ccdk that wrote it reads it' })
}

const numberOf = (database: DatabaseSync, pragma: string): number => Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])

/** All or nothing: once this returns it is on the disk. */
export function transaction<Result>(database: DatabaseSync, body: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = body()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

// ABI: result codes, sqlite3.h; those longer than a byte have one of these in their lowest.
const answers: Readonly<Record<number, { errno: string; hint?: string }>> = {
  5: { errno: 'SQLITE_BUSY', hint: 'another process is writing to it: wait until that has ended' },
  6: { errno: 'SQLITE_LOCKED' },
  8: { errno: 'EROFS', hint: 'the file or its directory may not be written to' },
  10: { errno: 'EIO' },
  13: { errno: 'ENOSPC', hint: 'make room on that disk; what was stored before is whole, and --resume goes on' },
  14: { errno: 'SQLITE_CANTOPEN', hint: 'see whether its directory is there and may be written to' },
  23: { errno: 'EACCES' },
}

/** Does something with the database, and tells what SQLite says against it as one of our errors. */
export function guarded<Result>(file: string, doing: string, body: () => Result): Result {
  try {
    return body()
  } catch (error) {
    if (error instanceof CcdkError || !isOfSqlite(error)) throw error
    throw told(error, file, doing)
  }
}

type SqliteError = Error & { errcode: number; errstr?: unknown }

const isOfSqlite = (error: unknown): error is SqliteError => error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'

function told(cause: SqliteError, file: string, doing: string): Error {
  const code = cause.errcode & 0xff
  if (code === 26) return new ObjectError({ file, path: '', expected: 'expected an SQLite database', cause })
  const answer = answers[code]
  if (answer !== undefined) return new SyscallError({ doing: `${doing} (${cause.message})`, syscall: 'sqlite', ...answer, cause })
  // SQLITE_ERROR of statements that are our own: tables or columns are not there. SQLITE_CORRUPT.
  if (code === 1 || code === 11) {
    return new ObjectError({ file, path: '', expected: `${doing}: the database is damaged: ${cause.message}`, hint: 'sqlite3 FILE .recover saves what can be read', cause })
  }
  return cause
}
