import { once } from 'node:events'
import { EmulatorProcess } from '../../src/emulator/index.ts'
import { type Ends, makeEnds, outputOf, plainLink } from '../../test/kernel/support/emulated.ts'
import type { Bench } from '../pairs.ts'

const segments = 100_000
const segmentSize = 500

/**
 * Sends small TCP segments from one network namespace to another through a third: there an emulated path that is never
 * full forwards them, or a bridge of the kernel. The receiver's acknowledgements come back the same way, about one for
 * two segments.
 */
export async function emulator(): Promise<Bench> {
  using made = new DisposableStack()
  const [ours, theirs] = [made.use(makeEnds()), made.use(makeEnds())]
  const servers = [await serve(ours), await serve(theirs)]
  for (const server of servers) made.defer(() => void server.kill())
  const link = plainLink(1e11, 0, { queue: { kind: 'droptail', limit: { packets: 4000 } } })
  const process = await EmulatorProcess.start(
    { ports: ours.ports, links: [link], seed: 1, frames: 16_384, frameSize: 2048 },
    { namespace: ours.middle },
  )
  made.defer(() => void process.close())
  for (const command of ['add br0 type bridge', 'set port0 master br0', 'set port1 master br0', 'set br0 up']) {
    theirs.inMiddle('ip', 'link', ...command.split(' '))
  }
  const owned = made.move()
  return {
    title: `Send ${segments} TCP segments of ${segmentSize} bytes through a middle namespace`,
    ours: { name: 'ccdk emulator', run: () => send(ours) },
    peer: { name: 'bridge of the kernel', run: () => send(theirs) },
    [Symbol.dispose]: () => owned.dispose(),
  }
}

async function serve({ hosts: [, server] }: Ends) {
  const started = server?.start('iperf3', '-s', '--forceflush')
  if (started?.stdout == null) throw new Error('no host to serve')
  await once(started.stdout, 'data')
  started.stdout.resume()
  return started
}

/** The milliseconds until the last segment was there. */
async function send({ hosts: [client, server] }: Ends): Promise<number> {
  if (client === undefined || server === undefined) throw new Error('no hosts')
  const args = ['-c', server.ipv4, '-M', `${segmentSize}`, '-n', `${segments * (segmentSize - 12)}`]
  const report: unknown = JSON.parse(await outputOf(client.start('iperf3', ...args, '-J')))
  const seconds = Number(/"sum_received":\{[^}]*"seconds":([\d.]+)/.exec(JSON.stringify(report))?.[1])
  if (!(seconds > 0)) throw new Error(`iperf3: ${JSON.stringify(report)}`)
  return seconds * 1000
}
