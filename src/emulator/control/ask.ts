import { once } from 'node:events'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { errorFromFacts } from '../../child/index.ts'
import { TestbedError } from '../../errors/index.ts'
import { checkControlDirectory, controlDirectory, nameOf, socketOf } from './place.ts'
import type { ControlReply, ControlRequest, PathDescription } from './protocol.ts'

/** How long a path may take to answer, ms. */
const patience = 5000
/** A socket is bound a moment before somebody listens: one that is younger is not taken for left over, ms. */
const youngest = 5000

/** Asks a path by its name. Undefined when there is none; its errors are thrown here. */
export async function askPath(
  name: string,
  request: ControlRequest,
  directory = controlDirectory(),
): Promise<PathDescription | undefined> {
  const socket = await connectTo(socketOf(directory, name))
  if (socket === undefined) return undefined
  const late = setTimeout(() => socket.destroy(), patience)
  try {
    socket.write(`${JSON.stringify(request)}\n`)
    const [line]: (string | undefined)[] = await Promise.race([once(createInterface(socket), 'line'), once(socket, 'close').then(() => [])])
    if (line === undefined) throw new TestbedError(`path "${name}" has not answered`)
    const reply: ControlReply = JSON.parse(line)
    if ('error' in reply) throw errorFromFacts(reply.error)
    return reply.value
  } finally {
    clearTimeout(late)
    socket.destroy()
  }
}

/** The paths of this user that are up, in the order of their names. */
export async function listPaths(directory = controlDirectory()): Promise<PathDescription[]> {
  if (!checkControlDirectory(directory)) return []
  const found: PathDescription[] = []
  for (const file of readdirSync(directory).toSorted()) {
    const name = nameOf(file)
    if (name === undefined) continue
    const description = await askPath(name, { ask: 'describe' }, directory)
    if (description === undefined) removeStale(socketOf(directory, name))
    else found.push(description)
  }
  return found
}

/** What a killed path has left: nobody listens there any more, or ever will. */
function removeStale(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && Date.now() - found.ctimeMs > youngest) rmSync(path, { force: true })
}

async function connectTo(path: string): Promise<Socket | undefined> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    socket.on('error', () => undefined)
    return socket
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) return undefined
    throw error
  }
}
