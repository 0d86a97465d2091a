import { UsageError } from '../../src/errors/index.ts'
import { availableCongestion } from '../../src/kernel/index.ts'
import type { Target } from '../../src/loader/index.ts'
import { replaceDefault } from '../../src/sockets/index.ts'
import { listStructOps, type StructOpsEntry } from '../../src/structops/index.ts'
import type { Output } from '../output/output.ts'

/** Gives the network namespaces whose default an algorithm is another one, and answers which they were. */
export function restoreDefault(target: Target, { name }: StructOpsEntry, other: string, output: Output): number[] {
  if (name === null) return []
  if (!availableCongestion().includes(other)) throw new UsageError(`--restore-default: the kernel has no "${other}"`)
  if (listStructOps(target).some((entry) => entry.name === other)) {
    throw new UsageError(`--restore-default takes one of the kernel's own algorithms, and "${other}" is registered by BPF`)
  }
  const { namespaces, unseen } = replaceDefault(name, other)
  if (output.verbose) for (const { message } of unseen) output.note(`its default stays: ${message}`)
  const changed = namespaces.flatMap(({ inode, value }) => (value ? [inode] : []))
  for (const inode of changed) output.note(`network namespace ${inode} has ${other} as its default now`)
  return changed
}
