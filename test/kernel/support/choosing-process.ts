/** `NAME`: chooses the congestion control for one socket after another, until stdin ends; says how often, and failures. */
import { openTcpSocket } from '../../../src/kernel/index.ts'

const [name = ''] = process.argv.slice(2)
const counts = { chosen: 0, failed: [] as string[] }
let ended = false
process.stdin.on('end', () => (ended = true)).resume()
process.stdout.write('ready\n')

function chooseSome(): void {
  for (let times = 0; times < 50; times += 1) {
    try {
      openTcpSocket('ipv4', name)[Symbol.dispose]()
      counts.chosen += 1
    } catch (error) {
      counts.failed.push(String(error))
    }
  }
  if (ended) process.stdout.write(`${JSON.stringify(counts)}\n`)
  else setTimeout(chooseSome, 2)
}
chooseSome()
