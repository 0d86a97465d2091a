import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../src/errors/index.ts'
import type { Host, Program, ProgramEnd } from '../../src/testbed/index.ts'

/** How long a server may take until it listens, ms; one that listens for no TCP is waited for so long. */
const patience = 2000
const interval = 20

/** Starts a command, as a shell takes it, on hosts, and waits until each listens. Throws when one fails before. */
export async function startServers(hosts: readonly Host[], command: string, environment: NodeJS.ProcessEnv): Promise<Program[]> {
  return await Promise.all(
    hosts.map(async (host) => {
      const program = await host.run('/bin/sh', ['-c', command], { environment })
      await listening(host, program, command)
      return program
    }),
  )
}

async function listening(host: Host, program: Program, command: string): Promise<void> {
  let end: ProgramEnd | undefined
  void program.ended.then((found) => (end = found)).catch(() => undefined)
  const deadline = performance.now() + patience
  while (performance.now() < deadline && host.sockets({ states: ['LISTEN'] }).length === 0) {
    await sleep(interval)
    if (end === undefined) continue
    if (end.code === 0) return
    const how = end.signal ?? `exit code ${end.code}`
    throw new TestbedError(`"${command}" has ended on ${host.name} (${how})${end.printed === '' ? '' : `: ${end.printed.trimEnd()}`}`)
  }
}
