import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, openObject } from '../../../src/loader/index.ts'
import { listStructOps, setMember, unregister } from '../../../src/structops/index.ts'
import { compileFixture } from '../../support/compile.ts'

const examples = join(import.meta.dirname, '../../../src/cc-examples')

/** The names that `uniqueName` gives, with the process that asked. */
const testName = /^t_(\d+)_\w+$/v
/** Those that it gives in this process. */
export const ownName = new RegExp(`^t_${process.pid}_\\w+$`, 'v')

let count = 0

/** A name for an algorithm that no other test and no other process has: names belong to the whole machine. */
export function uniqueName(): string {
  if (count === 0) {
    // A test that was killed leaves what registers itself, and so does one that fails between two lines.
    sweep((pid) => !existsSync(`/proc/${pid}`))
    process.once('exit', () => sweep((pid) => pid === String(process.pid)))
  }
  return `t_${process.pid}_${(count++).toString(36)}`
}

function sweep(isOurs: (pid: string) => boolean): void {
  using target = new LinuxTarget()
  for (const entry of listStructOps(target)) {
    const pid = testName.exec(entry.name ?? '')?.[1]
    if (pid !== undefined && entry.registered && isOurs(pid)) unregister(target, entry)
  }
}

/** Opens a fixture and gives each of its algorithms a unique name. */
export async function openFixture(name: string): Promise<BpfObject> {
  const file = await compileFixture(name)
  return withUniqueNames(openObject(await readFile(file), `${name}.bpf.o`))
}

/** The file of an example that comes with the package. */
export const exampleFile = (name: string): string => join(examples, `${name}.bpf.o`)

/** Opens an example and gives its algorithm a unique name. */
export async function openExample(name: string): Promise<BpfObject> {
  return withUniqueNames(openObject(await readFile(exampleFile(name)), `${name}.bpf.o`))
}

/** Gives each algorithm of an object a unique name; structs that have none stay as they are. */
export function withUniqueNames(object: BpfObject): BpfObject {
  for (const spec of object.structOps) {
    const struct = object.btf.resolved(spec.type)
    const named = struct.kind === 'struct' && struct.members.some(({ name }) => name === 'name')
    if (named) setMember(object, spec, 'name', uniqueName())
  }
  return object
}

/** The struct_ops variable of an object by its name. */
export function structOpsOf(object: BpfObject, name: string): BpfObject['structOps'][number] {
  const spec = object.structOps.find((candidate) => candidate.name === name)
  if (spec === undefined) throw new Error(`${object.file} has no struct_ops variable "${name}"`)
  return spec
}
