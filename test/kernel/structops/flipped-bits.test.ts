import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { CcdkError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile, uniqueName, withUniqueNames } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('objects with a wrong bit', [needs.root, needs.structOps])

/**
 * Every so many bits one is flipped; a prime, so that each bit of a byte and each byte of a field has its turn. The
 * verifier takes several times as long for CUBIC as for the others, so it has fewer.
 */
const steps = { bpf_reno: 97, bpf_cubic: 293, bpf_dctcp: 97 }

/** Opens, loads and registers; the name of the error that came, or `registered`. */
function outcome(bytes: Uint8Array, target: LinuxTarget): string {
  try {
    const object = withUniqueNames(openObject(bytes, 'flipped.bpf.o'))
    using loaded = load(object, target)
    using registered = new DisposableStack()
    for (const map of loaded.structOps.keys()) registered.use(register(loaded, map))
    return loaded.structOps.size > 0 ? 'registered' : 'loaded'
  } catch (error) {
    if (error instanceof CcdkError) return error.name
    throw error
  }
}

for (const [example, step] of Object.entries(steps)) {
  test(`${example}: each is registered or refused by an error of ours, and nothing is left`, async () => {
    const whole = readFileSync(exampleFile(example))
    uniqueName()
    const counts = new Map<string, number>()
    const wrong: string[] = []
    const start = performance.now()
    await leavesNothing((target) => {
      for (let bit = 0; bit < whole.length * 8; bit += step) {
        const bytes = Uint8Array.from(whole)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        try {
          const found = outcome(bytes, target)
          counts.set(found, (counts.get(found) ?? 0) + 1)
        } catch (error) {
          wrong.push(`bit ${bit}: ${error instanceof Error ? error.stack : String(error)}`)
        }
      }
    })
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${example}: ${[...counts].map(([name, times]) => `${name} ${times}`).join(', ')} in ${seconds} s`)
    assert.equal(wrong.slice(0, 5), [], `${wrong.length} objects`)
    assert.ok((counts.get('registered') ?? 0) > 0 && (counts.get('ObjectError') ?? 0) > 0)
  })
}

test.run()
