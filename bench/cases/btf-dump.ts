import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Bench, timed } from '../pairs.ts'

const ccdk = fileURLToPath(new URL('../../dist/bin/ccdk.js', import.meta.url))

/** The whole process that writes the kernel's types as a header, with nobody reading. */
export function btfDump(): Bench {
  if (!existsSync(ccdk)) throw new Error('dist/bin is not there: run npm run build first')
  const run = (command: string, ...args: string[]) =>
    timed(() => void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }))
  return {
    title: "The whole command: the kernel's types as a C header",
    ours: { name: 'ccdk btf dump', run: () => run(process.execPath, ccdk, 'btf', 'dump') },
    peer: { name: 'bpftool 7.1', run: () => run('bpftool', 'btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c') },
    [Symbol.dispose]: () => {},
  }
}
