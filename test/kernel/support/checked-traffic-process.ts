/**
 * `NAME CLIENT SERVER ADDRESS`: sends with an algorithm from the network namespace of one process to that of another
 * until stdin ends, over long connections and one short one after the other, and says what came of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openNamespace } from '../../../src/kernel/index.ts'
import { CheckedSender, CheckedServer } from './checked-stream.ts'

/** What is printed at the end. */
export interface CheckedTraffic {
  connections: number
  /** Those of which something else came than was sent. */
  wrong: number
  bytes: number
  seconds: number
}

const flows = 4
const shortBytes = 1 << 20
const [name = '', client = '', server = '', address = ''] = process.argv.slice(2)
using clientSide = openNamespace(`/proc/${client}/ns/net`)
using serverSide = openNamespace(`/proc/${server}/ns/net`)
using listening = await CheckedServer.listen(address, serverSide)
const ending = new AbortController()
process.stdin.on('end', () => ending.abort()).resume()

const long = await Promise.all(Array.from({ length: flows }, () => CheckedSender.connect(listening, name, clientSide)))
const started = performance.now()
const results = long.map((sender) => sender.send(listening))
process.stdout.write('ready\n')
while (!ending.signal.aborted) {
  const short = await CheckedSender.connect(listening, name, clientSide)
  results.push(short.send(listening, shortBytes))
  await sleep(50)
}
for (const sender of long) sender.end()
const all = await Promise.all(results)
const answer: CheckedTraffic = {
  connections: all.length,
  wrong: all.filter(({ sent, received }) => sent.bytes !== received.bytes || sent.sum !== received.sum).length,
  bytes: all.reduce((sum, { received }) => sum + received.bytes, 0),
  seconds: (performance.now() - started) / 1000,
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
