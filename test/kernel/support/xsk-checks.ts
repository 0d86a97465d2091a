import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { Interfaces, openFds, openMappings } from '../../../src/kernel/index.ts'
import type { Umem, XskSocket } from '../../../src/xsk/index.ts'
import { packetLength, Packets } from './xsk.ts'

/** The id of the XDP program of an interface; 0 for none. */
export function programOf(name: string): number {
  using interfaces = new Interfaces()
  return interfaces.list().find((one) => one.name === name)?.xdpProgram ?? Number.NaN
}

/** Whether an error is the kernel's, with this hint of ours. */
export const answered = (errno: string, hint: RegExp) => (error: unknown) => {
  assert.ok(error instanceof SyscallError, String(error))
  assert.is(error.errno, errno)
  assert.match(error.hint, hint)
  return true
}

export const misused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UsageError, String(error))
  assert.match(error.message, message)
  return true
}

/** Fails if a test has left something of its wire `a0`, `b0`. The kernel's types stay in memory once they are read. */
export function nothingIsLeft(): void {
  assert.equal([...openFds(), ...openMappings().filter((what) => !what.includes('btf'))], [])
  assert.is(programOf('b0'), 0)
}

/** Sends one packet from frame 32 of a umem with frames of 2048 bytes. */
export function sendOne(umem: Umem, from: XskSocket): void {
  new Packets(umem).write(32 * umem.frameSize, 1)
  from.tx.push(32 * umem.frameSize, packetLength)
  from.tx.submit()
  from.flush()
}
