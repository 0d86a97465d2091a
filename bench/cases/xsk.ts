import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { createSocket, createUmem } from '../../src/xsk/index.ts'
import { enterWires, fillUp, FreeFrames, pass } from '../../test/kernel/support/xsk.ts'
import { buildLibxdpPeer, libxdpEnvironment } from '../../test/support/libxdp-peer.ts'
import { temporaryDirectory } from '../../test/support/tmp.ts'
import { type Bench, timed } from '../pairs.ts'

const count = 500_000
const batch = 64

/**
 * Packets from one end of a wire to the other, sent and received in one loop, each written and checked: by ccdk over one
 * wire, by a C program with libxdp over another. It takes this process into a network namespace of its own.
 */
export async function xsk(): Promise<Bench> {
  using undo = new DisposableStack()
  enterWires({ wires: 2 })
  const directory = undo.use(temporaryDirectory())
  const umem = undo.use(createUmem({ frames: 4096, frameSize: 2048 }))
  const [a, b] = [createSocket(umem, { interface: 'a0' }), createSocket(umem, { interface: 'b0' })]
  fillUp(b, 0, 2048)
  const free = new FreeFrames(umem, 2048)
  const program = await buildLibxdpPeer(directory.path)
  const peer = execa(program, ['pass', 'a1', 'b1', String(count), String(batch)], { env: libxdpEnvironment, stdin: 'pipe', stderr: 'ignore', buffer: false })
  const { stdin, stdout } = peer.nodeChildProcess
  if (stdin === null || stdout === null) throw new Error('the peer has no pipes')
  const answers = createInterface(stdout)[Symbol.asyncIterator]()
  const expect = (came: number, wrong: number): void => {
    if (came !== count || wrong !== 0) throw new Error(`${came} packets came, of which ${wrong} were wrong`)
  }
  const owned = undo.move()
  return {
    title: `Carry ${count} packets of 64 bytes over a veth pair, written and checked, in batches of ${batch}`,
    ours: {
      name: 'ccdk',
      run: () =>
        timed(() => {
          const received = pass(a, b, { count, batch, free })
          expect(received.count, received.wrong)
        }),
    },
    peer: {
      name: 'libxdp, in C',
      run: async () => {
        stdin.write('\n')
        const { value = '' } = await answers.next()
        const [ns = Number.NaN, came = 0, wrong = 0] = value.split(' ').map(Number)
        expect(came, wrong)
        return ns / 1e6
      },
    },
    [Symbol.dispose]: () => {
      stdin.end()
      owned.dispose()
    },
  }
}
