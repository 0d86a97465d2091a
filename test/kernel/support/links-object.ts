import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type Handle, load, type LoadedObject, openObject, type OpenOptions, type Target } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'

/** Loads the fixture `links` with only the programs named. A test file that calls this names `needs.clang`. */
export async function loadLinks(target: Target, names: readonly string[], options: OpenOptions = {}): Promise<LoadedObject> {
  const object = openObject(readFileSync(await compileFixture('links')), 'links.bpf.o', options)
  for (const program of object.programs) program.autoload = names.includes(program.name)
  return load(object, target)
}

/** The handle of a loaded program. */
export function programOf(loaded: LoadedObject, name: string): Handle {
  const program = loaded.programs.get(name)
  assert.ok(program, name)
  return program.handle
}

/** The kernel's number of a loaded program. */
export const idOf = (loaded: LoadedObject, name: string): number => loaded.target.objects.programInfo(programOf(loaded, name)).id

/** Which programs ran, as digits in their order, while `action` ran once. */
export async function orderOf(loaded: LoadedObject, action: () => Promise<void>): Promise<number> {
  loaded.variable<bigint>('order').set(0n)
  await action()
  return Number(loaded.variable<bigint>('order').get())
}
