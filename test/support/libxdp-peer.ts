import { join } from 'node:path'
import { execa } from 'execa'

const source = new URL('../fixtures/xsk/peer.c', import.meta.url).pathname

/** It would pin its own programs otherwise, and leave them. */
export const libxdpEnvironment = { LIBXDP_SKIP_DISPATCHER: '1' }

/** Builds fixtures/xsk/peer.c with libxdp. A test file that calls this names `needs.libxdp` and `needs.gcc`. */
export async function buildLibxdpPeer(directory: string): Promise<string> {
  const program = join(directory, 'peer')
  await execa('gcc', ['-O2', '-Wall', '-Werror', source, '-o', program, '-lxdp', '-lbpf'])
  return program
}
