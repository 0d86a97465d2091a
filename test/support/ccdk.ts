import { join } from 'node:path'
import { execa, type Options } from 'execa'

const main = join(import.meta.dirname, '../../cli/main.ts')

export interface Ran {
  exitCode: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
}

type Settings = Pick<Options, 'cwd' | 'env' | 'cancelSignal'>

/** Runs the command as a process of its own, as a person would, and waits for its end. */
export const ccdk = (args: readonly string[], settings: Settings = {}): Promise<Ran> =>
  run(process.execPath, [main, ...args], settings)

/**
 * The same as a user that is not root and has no capability. Who has no right to read this checkout stays root by name,
 * and loses the capabilities all the same.
 */
export async function ccdkUnprivileged(args: readonly string[], settings: Settings = {}): Promise<Ran> {
  const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
  const none = ['--inh-caps=-all', '--bounding-set=-all']
  const { exitCode } = await run('setpriv', [...user, ...none, process.execPath, main, '--version'], settings)
  const command = [...(exitCode === 0 ? user : []), ...none, process.execPath, main, ...args]
  return await run('setpriv', command, settings)
}

/** Starts it as the leader of a process group, as a shell does, and does not wait. */
export function startCcdk(args: readonly string[], settings: Settings = {}) {
  const subprocess = execa(process.execPath, [main, ...args], { ...common, ...settings, detached: true })
  const pid = subprocess.nodeChildProcess.pid ?? 0
  return { subprocess, pid }
}

// Colours are for terminals; a test that wants them says so.
const common = { reject: false, stdin: 'ignore', stripFinalNewline: false } as const

async function run(command: string, args: readonly string[], settings: Settings): Promise<Ran> {
  const { exitCode, signal, stdout, stderr } = await execa(command, args, { ...common, ...settings })
  return { exitCode, signal, stdout, stderr }
}

/** The one document that a command prints under `--json`. Throws when there is anything else on stdout or stderr. */
export async function documentOf<Document>(running: Ran | Promise<Ran>): Promise<Document> {
  const { stdout, stderr } = await running
  if (stderr !== '') throw new Error(`stderr is not empty: ${stderr}`)
  const document: Document = JSON.parse(onlyLine(stdout))
  return document
}

export interface ErrorDocument {
  schemaVersion: number
  error: {
    code: string
    message: string
    errno: string | null
    syscall: string | null
    hint: string | null
    log?: string
  }
}

/** The one error document on stderr. */
export function errorOf({ stdout, stderr }: Ran): ErrorDocument['error'] {
  if (stdout !== '') throw new Error(`stdout is not empty: ${stdout}`)
  const document: ErrorDocument = JSON.parse(onlyLine(stderr))
  if (document.schemaVersion !== 1) throw new Error(`schemaVersion ${document.schemaVersion}`)
  return document.error
}

function onlyLine(text: string): string {
  const [line = '', rest, ...others] = text.split('\n')
  if (rest !== '' || others.length > 0) throw new Error(`not one line: ${JSON.stringify(text)}`)
  return line
}
