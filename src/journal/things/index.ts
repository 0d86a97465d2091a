import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../errors/index.ts'
import type { Entry, Kind, Of } from '../entry.ts'
import type { Owner } from '../lines.ts'
import { link, pin, registration } from './bpf.ts'
import { directory, mount } from './files.ts'
import { namespace, networkInterface, sysctl } from './network.ts'
import { children, oneProcess } from './processes.ts'
import type { Thing } from './thing.ts'

const things: { [K in Kind]: Thing<Of<K>> } = {
  children,
  process: oneProcess,
  registration,
  link,
  pin,
  namespace,
  interface: networkInterface,
  mount,
  directory,
  sysctl,
}

const thingOf = <K extends Kind>(kind: K): Thing<Of<K>> => things[kind]

export const describe = (entry: Entry, owner: Owner): string => thingOf(entry.kind).what(entry, owner)

/** Whether what an entry stands for is there: this very thing, and nothing that looks alike. */
export const isThere = (entry: Entry, owner: Owner): boolean => thingOf(entry.kind).isThere(entry, owner)

/** How long the kernel may take to free what nobody has any more, ms. */
const patience = 2000
const interval = 20

/** Takes away what is there, and waits until it is gone. Throws when it stays. */
export async function undo(entry: Entry, owner: Owner): Promise<void> {
  await thingOf(entry.kind).undo(entry, owner)
  const deadline = performance.now() + patience
  while (isThere(entry, owner)) {
    if (performance.now() > deadline) throw new TestbedError(`${describe(entry, owner)} is still there`)
    await sleep(interval)
  }
}
