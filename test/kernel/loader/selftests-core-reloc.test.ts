// gate: timeout 900s
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import type { Btf } from '../../../src/btf/index.ts'
import { CcdkError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, load, type LoadOptions, openObject, readKernelTypes } from '../../../src/loader/index.ts'
import { type CoreRelocCase, coreRelocCases } from '../../support/core-reloc-cases.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite("the kernel's core_reloc cases", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

// ABI: `data` of every program of the test: in[256], out[256], and in some skip and my_pid_tgid.
const place = { input: 0, output: 256, skip: 512, process: 520 } as const

const target = new LinuxTarget()

/** The types that a case is relocated against, read once for each file. */
const known = new Map<string, Btf>()
function optionsOf({ types }: CoreRelocCase): LoadOptions {
  if (types === null) return {}
  const coreTypes = known.get(types) ?? readKernelTypes(readFileSync(types), basename(types))
  known.set(types, coreTypes)
  return { coreTypes }
}

/** Runs the program on the case's input, at the entry of a system call of this process, and answers what it wrote. */
function answerOf(one: CoreRelocCase): { output: Uint8Array; skipped: boolean } {
  const object = openObject(readFileSync(one.object), basename(one.object))
  using loaded = load(object, target, optionsOf(one))
  const bss = [...loaded.maps.values()].find(({ spec }) => spec.name.endsWith('.bss'))
  const data = object.elf.symbols.find(({ name }) => name === 'data')
  if (bss === undefined || data === undefined) throw new Error(`${one.object} has no data`)
  const value = new Uint8Array(bss.spec.valueSize)
  const key = new Uint8Array(4)
  value.set(one.input, data.value + place.input)
  if (data.size > place.process) {
    // The thread that asks has the process's own number.
    new DataView(value.buffer).setBigUint64(data.value + place.process, BigInt(process.pid) * 0x1_0000_0001n, true)
  }
  target.update(bss.handle, key, value)
  const link = attach(loaded, one.program)
  process.cpuUsage()
  link[Symbol.dispose]()
  const found = target.lookup(bss.handle, key, bss.spec.valueSize)?.subarray(data.value) ?? new Uint8Array(0)
  return { output: found.slice(place.output, place.output + one.output.length), skipped: data.size > place.skip && found[place.skip] !== 0 }
}

let cases: CoreRelocCase[] = []
const ownName = readFileSync('/proc/self/comm')

test.before(async () => {
  cases = await coreRelocCases()
  // Some cases read the name of the process that runs them.
  writeFileSync('/proc/self/comm', 'test_progs')
})

test.after(() => {
  writeFileSync('/proc/self/comm', ownName)
  target[Symbol.dispose]()
})

test('what the kernel can answer has the expected values', () => {
  const running = cases.filter(({ fails }) => !fails)
  assert.ok(running.length > 50, `${running.length} cases`)
  const wrong = running.flatMap((one) => {
    const { output, skipped } = answerOf(one)
    const right = !skipped && Buffer.compare(output, one.output) === 0
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    return right ? [] : [`${one.name}: ${skipped ? 'skipped' : `${hex(output)} and not ${hex(one.output)}`}`]
  })
  assert.is(wrong.join('\n'), '')
})

test('what cannot be read, or not in one way alone, is refused with a reason', () => {
  const failing = cases.filter(({ fails }) => fails)
  assert.ok(failing.length > 20, `${failing.length} cases`)
  const loaded = failing.filter((one) => {
    try {
      answerOf(one)
      return true
    } catch (error) {
      if (!(error instanceof CcdkError)) throw error
      return false
    }
  })
  assert.equal(loaded.map(({ name }) => name), [])
})

test.run()
