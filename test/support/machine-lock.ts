import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

/**
 * Waits until no other process on the machine, such as another run of the tests, has the lock of this name, and takes
 * it. A lock whose holder is killed is free again.
 */
export async function machineLock(name: string): Promise<AsyncDisposable> {
  // The holder is a child that lives as long as its stdin is open.
  const holder = execa('flock', [join(tmpdir(), `ccdk-test-${name}.lock`), '-c', 'echo locked; exec cat'], {
    stdin: 'pipe',
    reject: false,
  })
  await once(holder.stdout, 'data')
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await holder
    },
  }
}
