import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Btf, rawText } from '../../../src/btf/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite('btf, type by type', [needs.structOps, needs.bpftool, needs.clang])

async function bpftool(file: string): Promise<string[]> {
  const { stdout } = await execa('bpftool', ['btf', 'dump', 'file', file])
  // It has one comma between two facts, and constants of 64 bits as C has them.
  return stdout.replaceAll(', linkage=', ' linkage=').replaceAll(/(val=-?\d+)U?LL$/gm, '$1').split('\n')
}

const ours = (btf: Btf): string[] =>
  Array.from({ length: btf.endId - 1 }, (_, index) => rawText(btf, index + 1))
    .join('\n')
    .split('\n')

function same(left: readonly string[], right: readonly string[]): void {
  // A comparison of the whole would print a hundred thousand lines.
  const differing = left.flatMap((line, at) => (line === right[at] ? [] : [`${line} and not ${right[at]}`]))
  assert.equal(differing.slice(0, 10), [])
  assert.is(left.length, right.length)
}

test("is bpftool's text, for this kernel", async () => {
  same(ours(thisKernelsBtf()), await bpftool('/sys/kernel/btf/vmlinux'))
})

test("is bpftool's text, for objects", async () => {
  for (const name of ['core', 'maps', 'several', 'dummy_ops']) {
    const file = await compileFixture(name)
    same(ours(openObject(readFileSync(file), file).btf), await bpftool(file))
  }
})

test.run()
