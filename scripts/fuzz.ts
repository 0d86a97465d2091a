/** `npm run fuzz -- --seed N --inputs N --time S`: damaged objects and types, in all parts that read them. See test/fuzz. */
import { writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Finding } from '../test/fuzz/input.ts'
import { fuzz } from '../test/fuzz/pool.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    inputs: { type: 'string', default: '1000000' },
    time: { type: 'string', default: '3600' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    committed: { type: 'boolean', default: false },
  },
})

/** Prints what was found, and keeps the input where it can be looked at. */
function tell(finding: Finding): void {
  const { seed, index, target, from, changes, problem, input } = finding
  const file = join(tmpdir(), `ccdk-fuzz-${seed}-${index}.bin`)
  writeFileSync(file, input)
  console.log(`\ninput ${index} (${target}: ${from}): ${problem}`)
  for (const change of changes) console.log(`  ${change}`)
  console.log(`  it is in ${file}`)
  console.log(`  again: npm run fuzz -- --seed ${seed} --only ${index}${values.committed ? ' --committed' : ''}`)
}

const seed = Number(values.seed)
const { only } = values
console.log(`seed ${seed}`)
const result = await fuzz({
  corpus: values.committed ? 'committed' : 'all',
  seed,
  first: Number(only ?? 0),
  inputs: only === undefined ? Number(values.inputs) : 1,
  threads: only === undefined ? Number(values.threads) : 1,
  seconds: Number(values.time),
  onFinding: tell,
})
for (const [name, { ran, read }] of result.byTarget) console.log(`${name}: ${ran} inputs, ${read} of them taken for whole`)
const { ran, seconds, findings } = result
console.log(`${ran} inputs in ${seconds.toFixed(0)} s, ${(ran / seconds).toFixed(0)} a second: ${findings.length} findings`)
process.exitCode = findings.length > 0 ? 1 : 0
