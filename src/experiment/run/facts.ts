import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus, machine, release, totalmem, version } from 'node:os'
import type { RunFacts } from '../store/experiment.ts'
import type { IsolationCheck } from './isolation.ts'

/** What a run's figures are of. `used` has the hashes of what it uses besides the kernel. */
export function runFacts(isolation: IsolationCheck[], used: RunFacts['hashes'] = {}): RunFacts {
  const [processor] = cpus()
  return {
    startedAt: new Date().toISOString(),
    ccdk: ownVersion(),
    kernel: `${release()} ${version()}`,
    machine: `${processor?.model.trim() ?? machine()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    hashes: { ...hashOf('/sys/kernel/btf/vmlinux'), ...used },
    isolation,
  }
}

function ownVersion(): string {
  const { version: own }: { version: string } = JSON.parse(readFileSync(new URL(import.meta.resolve('ccdk/package.json')), 'utf8'))
  return own
}

/** Of the types that objects were bound to; none where they cannot be read. */
function hashOf(file: string): Record<string, string> {
  try {
    return { [file]: createHash('sha256').update(readFileSync(file)).digest('hex') }
  } catch {
    return {}
  }
}
