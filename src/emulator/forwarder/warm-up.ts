import type { EmulatorPlan } from '../plan.ts'
import { readFrame } from './frame.ts'
import { Line } from './line.ts'
import { FramePool } from './pool.ts'
import { Recorder } from './recorder.ts'

const packets = 20_000
const frames = 256
const frameSize = 2048

/**
 * Sends packets along a line like that of the plan, in a time of its own, so that V8 has compiled the way of a packet
 * before there is one: it would be late by ms.
 */
export function warmUp({ links, seed }: EmulatorPlan): void {
  const pool = new FramePool(new Uint8Array(frames * frameSize), frameSize)
  const recorder = new Recorder(undefined)
  const line = new Line({ links, seed }, 0, { pool, recorder, exit: (packet) => pool.give(packet) })
  let now = 0
  for (let sent = 0; sent < packets && now < Infinity; sent += 1) {
    recorder.now = now
    line.advance(now)
    const packet = pool.take()
    if (packet === undefined) {
      now = line.deliversNext
      continue
    }
    packet.start = packet.frame * frameSize
    packet.size = 60 + (sent % 1400)
    // An IPv4 packet, if a poor one, which can be marked.
    pool.view.setUint16(packet.start + 12, 0x0800)
    pool.view.setUint16(packet.start + 14, 0x4502)
    readFrame(pool.view, packet.start, packet.size, packet)
    const from = sent % (links.length + 1)
    packet.target = from === 0 ? links.length : 0
    line.enter(packet, from, now)
    now += 50e3
  }
}
