import { readdirSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { until } from '../../support/until.ts'

/**
 * Runs an action that registers algorithms of these names, in whatever process, and asserts that afterwards nothing of
 * them is left: no map, no program, no link, no name, and in this process no descriptor. Only they count, so what others
 * register on the machine meanwhile does not disturb it. What the action ends as soon as it is registered it has to show
 * by calling `look`: else it may be gone before anybody has seen it.
 */
export async function assertGone(names: readonly string[], action: (look: () => void) => Promise<void>): Promise<void> {
  // The first child process opens descriptors of node's own that stay.
  await execa('true')
  const descriptors = readdirSync('/proc/self/fd').length
  using target = new LinuxTarget()
  const made = { map: new Set<number>(), program: new Set<number>(), link: new Set<number>() }
  const look = (): boolean => {
    const entries = listStructOps(target).filter(({ name }) => names.includes(name ?? ''))
    for (const { mapId, members, links } of entries) {
      made.map.add(mapId)
      for (const { programId } of members) made.program.add(programId)
      for (const link of links) made.link.add(link)
    }
    return entries.length === 0
  }
  const timer = setInterval(look, 20)
  try {
    await action(look)
  } finally {
    clearInterval(timer)
  }
  await until(look, `no map of ${names.join(', ')} is left`)
  assert.ok(made.map.size > 0, 'the action registered something')
  for (const kind of ['map', 'program', 'link'] as const) {
    const isGone = (id: number): boolean => {
      using handle = target.objects[kind](id)
      return handle === undefined
    }
    await until(() => [...made[kind]].every(isGone), `each ${kind} of ${names.join(', ')} is gone`)
  }
  assert.equal(
    availableCongestion().filter((name) => names.includes(name)),
    [],
  )
  await until(() => readdirSync('/proc/self/fd').length <= descriptors, 'no descriptor is left open')
}
