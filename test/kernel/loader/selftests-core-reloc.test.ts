// gate: timeout 1800s
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import { type Btf, parseBtf } from '../../../src/btf/index.ts'
import { minimise } from '../../../src/core-relo/index.ts'
import { CcdkError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, type BpfObject, load, openObject } from '../../../src/loader/index.ts'
import { readKernelTypes } from '../../../src/kernel-image/index.ts'
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

interface Answer {
  output: Uint8Array
  skipped: boolean
}

/** Which of its types a case is relocated against. */
type Choose = (types: Btf, object: BpfObject) => Btf

const allOf: Choose = (types) => types
const leastOf: Choose = (types, object) => {
  const relocations = object.functions.flatMap((code) => code.coreRelocations)
  return parseBtf(minimise(types, [{ btf: object.btf, relocations }]).encode(), { file: `least of ${types.file}` })
}

/** Runs the program on the case's input, at the entry of a system call of this process, and answers what it wrote. */
function answerOf(one: CoreRelocCase, choose: Choose): Answer {
  const object = openObject(readFileSync(one.object), basename(one.object))
  const types = one.types === null ? undefined : readKernelTypes(readFileSync(one.types), basename(one.types))
  using loaded = load(object, target, types === undefined ? {} : { coreTypes: choose(types, object) })
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

/** What is wrong with an answer, or nothing. */
function wrongIn({ name, output: expected }: CoreRelocCase, { output, skipped }: Answer): string[] {
  if (skipped) return [`${name}: skipped`]
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  return Buffer.compare(output, expected) === 0 ? [] : [`${name}: ${hex(output)} and not ${hex(expected)}`]
}

test('what the kernel can answer has the expected values', () => {
  const running = cases.filter(({ fails }) => !fails)
  assert.ok(running.length > 50, `${running.length} cases`)
  assert.is(running.flatMap((one) => wrongIn(one, answerOf(one, allOf))).join('\n'), '')
})

test('also against only those types that the object needs', () => {
  const running = cases.filter(({ fails, types }) => !fails && types !== null)
  // The ids of types are what is asked for there, and they are others.
  const sameIds = running.filter(({ program }) => program !== 'test_core_type_id')
  assert.ok(sameIds.length > 45, `${sameIds.length} cases`)
  assert.is(sameIds.flatMap((one) => wrongIn(one, answerOf(one, leastOf))).join('\n'), '')
})

test('what cannot be read, or not in one way alone, is refused with a reason', () => {
  const failing = cases.filter(({ fails }) => fails)
  assert.ok(failing.length > 20, `${failing.length} cases`)
  for (const choose of [allOf, leastOf]) {
    const loaded = failing.filter((one) => {
      try {
        answerOf(one, choose)
        return true
      } catch (error) {
        if (!(error instanceof CcdkError)) throw error
        return false
      }
    })
    assert.equal(loaded.map(({ name }) => name), [])
  }
})

test.run()
