import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { errorFacts } from '../../child/index.ts'
import { UsageError } from '../../errors/index.ts'
import { fileError } from '../../kernel/index.ts'
import type { LinkOptions } from '../../link-model/index.ts'
import { isPathChange, placeChange } from '../change.ts'
import type { Path } from '../path.ts'
import { askPath } from './ask.ts'
import { controlDirectory, makeControlDirectory, socketOf } from './place.ts'
import type { PathStatistics } from '../statistics.ts'
import type { ControlReply, ControlRequest, PathDescription } from './protocol.ts'

/** No request is longer, characters. */
const longest = 65_536

/**
 * Lets other processes of this user see and change a path by its name, until the answer is disposed of.
 *
 * @throws UsageError when a path of this name is up
 */
export async function servePath(path: Path<PathStatistics>, name: string, directory = controlDirectory()): Promise<AsyncDisposable> {
  const file = socketOf(directory, name)
  makeControlDirectory(directory)
  await makeRoom(directory, name)
  const since = Date.now()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    void serve(socket, async (request) => {
      if (request.ask === 'set') for (const { place, change } of placeChange(request.change, path.links)) await path.set(place, change)
      return await describe(path, name, since)
    })
  })
  server.listen(file)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw fileError(error, { doing: `listening on ${file}`, syscall: 'bind', hints: { EADDRINUSE: `another path took the name "${name}"` } })
  }
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** A socket that nobody answers is left by a path that was killed. */
async function makeRoom(directory: string, name: string): Promise<void> {
  const other = await askPath(name, { ask: 'describe' }, directory)
  if (other !== undefined) {
    throw new UsageError(`a path "${name}" is up, in process ${other.pid}`, { hint: 'give this one another name: --name' })
  }
  rmSync(socketOf(directory, name), { force: true })
}

async function serve(socket: Socket, answer: (request: ControlRequest) => Promise<PathDescription>): Promise<void> {
  let read = 0
  socket.on('data', (bytes) => {
    read += bytes.length
    if (read > longest) socket.destroy()
  })
  try {
    for await (const line of createInterface(socket)) {
      const reply = await answer(parseRequest(line)).then(
        (value): ControlReply => ({ value }),
        (error: unknown): ControlReply => ({ error: errorFacts(error) }),
      )
      socket.write(`${JSON.stringify(reply)}\n`)
      read = 0
    }
  } catch (error) {
    socket.end(`${JSON.stringify({ error: errorFacts(error) })}\n`)
  }
}

function parseRequest(line: string): ControlRequest {
  const request = parseJson(line)
  if (typeof request === 'object' && request !== null && 'ask' in request) {
    if (request.ask === 'describe') return { ask: 'describe' }
    if (request.ask === 'set' && 'change' in request && isPathChange(request.change)) return { ask: 'set', change: request.change }
  }
  throw new UsageError('a path is asked to describe itself, or to set rate, rtt, delay, jitter, loss, duplicate or limit of a link')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function describe(path: Path<PathStatistics>, name: string, since: number): Promise<PathDescription> {
  const hosts = path.hosts.map(({ name: host, role, ipv4, ipv6, host: { pid } }) => ({ name: host, role, pid, ipv4, ipv6 }))
  const links = path.links.map(({ right, left }) => ({ right: shown(right), left: shown(left) }))
  return { name, pid: process.pid, since, hosts, links, with: path.with, statistics: await path.statistics() }
}

/** Without the text of a trace, which may be long. */
const shown = (options: LinkOptions): LinkOptions =>
  options.rate.kind === 'trace' ? { ...options, rate: { ...options.rate, text: '' } } : options
