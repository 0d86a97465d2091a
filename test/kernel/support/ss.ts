import { execa } from 'execa'
import type { Host } from '../../../src/testbed/index.ts'

/** What ss says of one socket, by the names it uses: `cwnd`, `rtt`, `bytes_acked`, and the cookie as `sk`. */
export interface SsSocket {
  local: string
  remote: string
  state: string
  words: Set<string>
  values: Map<string, string>
}

const ssStates: Record<string, string> = { ESTAB: 'ESTABLISHED', LISTEN: 'LISTEN', 'TIME-WAIT': 'TIME_WAIT' }

/** What ss says of the TCP sockets of a host, or of those that fit an expression of its own. */
export async function askSs(host: Pick<Host, 'pid'>, ...expression: string[]): Promise<SsSocket[]> {
  const { stdout } = await execa('nsenter', [`--net=/proc/${host.pid}/ns/net`, 'ss', '--tcp', '-aineOHm', ...expression])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [state = '', , , local = '', remote = '', ...words] = line.split(/\s+/)
      const values = words.map((word, index) => {
        const [name = '', value = ''] = word.split(/:(.*)/s)
        // "send 123bps", "pacing_rate 12bps": the value is the next word.
        return [name, word.includes(':') ? value : (words[index + 1] ?? '')] as const
      })
      return { state: ssStates[state] ?? state, local, remote, words: new Set(words), values: new Map(values) }
    })
}
