import { join } from 'node:path'
import type { LoadedObject } from '../../src/loader/index.ts'
import { register, type Registration } from '../../src/structops/index.ts'

/** All or none: `undo` takes away what was registered before a failure. */
export function registerEach(loaded: LoadedObject, pinDirectory: string | undefined, undo: DisposableStack): Registration[] {
  return [...loaded.structOps.values()].map(({ spec }) => {
    const pin = pinDirectory === undefined || !spec.link ? {} : { pin: join(pinDirectory, spec.name) }
    return undo.use(register(loaded, spec.name, pin))
  })
}
