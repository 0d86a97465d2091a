import { join } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../../src/errors/index.ts'
import { LinuxTarget, mountBpffs } from '../../src/kernel/index.ts'
import { type BpfObject, load, openObject, prepare } from '../../src/loader/index.ts'
import { register, type Registration } from '../../src/structops/index.ts'
import { interruption, untilInterrupted } from '../interrupted.ts'
import { printReport } from '../match-report.ts'
import type { Output } from '../output.ts'
import { readInput } from '../read-input.ts'

interface Options {
  only?: string[]
  pin?: string
  optional?: string[]
}

export function configure(command: Command, output: Output): void {
  command
    .argument('<object>', 'a BPF object file')
    .option('--only <map...>', 'register only these struct_ops maps, among them those of "?" sections')
    .option('--pin <dir>', 'keep links in this directory of the BPF file system')
    .option('--optional <member...>', 'members that may be left out on a kernel that lacks them')
    .action(async (file: string, options: Options) => {
      const object = openObject(readInput(file), file)
      choose(object, options)
      if (options.pin !== undefined && mountBpffs(options.pin)) output.note('mounted the BPF file system at /sys/fs/bpf')
      await registerAll(object, options.pin, output)
    })
}

function choose(object: BpfObject, { only, optional = [] }: Options): void {
  const names = object.structOps.map((spec) => spec.name)
  const unknown = (only ?? []).filter((name) => !names.includes(name))
  if (names.length === 0) throw new UsageError(`${object.file} has no struct_ops map: there is nothing to register`)
  if (unknown.length > 0) throw new UsageError(`${object.file} has no struct_ops map ${unknown.join(', ')}; it has ${names.join(', ')}`)
  for (const spec of object.structOps) {
    if (only !== undefined) spec.autocreate = only.includes(spec.name)
    for (const member of optional) spec.optional.add(member)
  }
}

async function registerAll(object: BpfObject, pinDirectory: string | undefined, output: Output): Promise<void> {
  using target = new LinuxTarget()
  const prepared = prepare(object, target)
  for (const { report, spec } of prepared.structOps) {
    if (!report.compatible && !output.json) printReport(report, spec.section, output)
  }
  using loaded = load(prepared, target)
  for (const note of loaded.notes) output.note(note)
  using ended = interruption()
  // All or none: what was registered before a failure is taken away again.
  using undo = new DisposableStack()
  const registrations = [...loaded.structOps.values()].map(({ spec }) => {
    const pin = pinDirectory === undefined || !spec.link ? {} : { pin: join(pinDirectory, spec.name) }
    return undo.use(register(loaded, spec.name, pin))
  })
  tell(registrations, output)
  const held = registrations.filter((registration) => registration.linkId !== null && registration.pin === null)
  if (held.length > 0) {
    output.note('A link without a pin lives as long as this command: it waits now, and Ctrl-C unregisters. See --pin.')
    for (const registration of registrations) if (!held.includes(registration)) registration.leave()
    await untilInterrupted(ended.signal)
  }
  undo.move()
  for (const registration of registrations) registration.leave()
}

function tell(registrations: readonly Registration[], output: Output): void {
  const facts = registrations.map(({ ops, mapId, linkId, pin, keptAliveBy, name }) => ({
    map: ops.spec.name,
    struct: ops.kernel.name,
    name,
    mapId,
    linkId,
    pin,
    keptAliveBy,
  }))
  output.document({ registered: facts })
  for (const { name, map, struct, mapId, linkId, keptAliveBy } of facts) {
    const ids = linkId === null ? `map ${mapId}` : `map ${mapId}, link ${linkId}`
    output.print(`registered ${output.style('green', name ?? map)} (struct ${struct}, ${ids})`)
    output.print(`  kept alive by ${keptAliveBy}`)
    output.print(`  to take it away: ccdk unregister ${name ?? map}`)
  }
}
