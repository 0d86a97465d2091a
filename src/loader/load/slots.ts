import { UsageError } from '../../errors/index.ts'
import type { MapSpec } from '../object.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'

/** Puts maps or programs into the places of a map in which they are to stand from the start. */
export function fillSlots(
  target: Target,
  spec: MapSpec,
  map: Handle,
  kind: 'map' | 'program',
  handleOf: (name: string) => Handle | undefined,
): void {
  for (const slot of spec.slots) {
    if (slot.kind !== kind) continue
    const handle = handleOf(slot.name)
    if (handle === undefined) {
      throw new UsageError(`map "${spec.name}" holds ${kind} "${slot.name}" at index ${slot.index}, which was not to be loaded`)
    }
    // ABI: a descriptor as a u32; read back it is an id.
    const key = new Uint8Array(Uint32Array.of(slot.index).buffer)
    target.update(map, key, new Uint8Array(Uint32Array.of(handle.number).buffer))
  }
}
