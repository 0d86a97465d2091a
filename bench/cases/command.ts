import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Bench, timed } from '../pairs.ts'
import { example } from './example.ts'

const ccdk = fileURLToPath(new URL('../../dist/bin/ccdk.js', import.meta.url))

/** The whole process of the command, from its start to its end, beside bpftool's. */
export function commandRegister(): Bench {
  if (!existsSync(ccdk)) throw new Error('dist/bin is not there: run npm run build first')
  const quiet = (command: string, ...args: string[]) => void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const clear = () => quiet('bpftool', 'struct_ops', 'unregister', 'name', 'dctcp')
  const run = (command: string, ...args: string[]) => {
    const ms = timed(() => quiet(command, ...args))
    clear()
    return ms
  }
  return {
    title: 'The whole command: register bpf_dctcp',
    ours: { name: 'ccdk register', run: () => run(process.execPath, ccdk, 'register', example) },
    peer: { name: 'bpftool 7.1', run: () => run('bpftool', 'struct_ops', 'register', example) },
    [Symbol.dispose]: () => {},
  }
}
