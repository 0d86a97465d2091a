import { readEthernet } from './ethernet.ts'
import type { Layer, Next } from './layer.ts'

/**
 * The headers of a packet, from Ethernet inwards. It takes any bytes: what is cut short or cannot be ends the list with
 * a layer that says so.
 */
export function readPacket(bytes: Uint8Array): Layer[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const layers: Layer[] = []
  // Each header begins behind the one before, so that this ends.
  for (let next: Next | undefined = { read: readEthernet, at: 0, end: bytes.length }; next !== undefined; ) {
    const step = next.read(view, next.at, next.end)
    layers.push(step.layer)
    next = step.next
  }
  return layers
}
