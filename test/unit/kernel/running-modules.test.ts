import { mkdirSync, mkdtempDisposableSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runningModules } from '../../../src/kernel/facts/kernel-facts.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite('the modules that are loaded', [needs.structOps])

test('one that comes, goes, or is loaded again is seen; of one that stays nothing is read twice', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'ccdk-'))
  const loaded = join(directory.path, 'btf')
  mkdirSync(loaded)
  const load = (name: string): void => {
    const writer = new BtfWriter({ base: thisKernelsBtf() })
    writer.struct(`of_${name}`, [])
    writeFileSync(join(directory.path, 'new'), writer.bytes())
    renameSync(join(directory.path, 'new'), join(loaded, name))
  }
  const read: string[] = []
  let known: ReadonlyMap<string, string> = new Map()
  const seen = (): string[] => {
    known = runningModules(known, (name, btf) => `${read.push(name)} ${btf.find(`of_${name}`, 'struct') === undefined ? 'without its types' : name}`, loaded)
    return [...known.values()]
  }
  load('tcp_b')
  assert.equal(seen(), ['1 tcp_b'])
  load('tcp_a')
  assert.equal(seen(), ['2 tcp_a', '1 tcp_b'])
  load('tcp_b')
  assert.equal(seen(), ['2 tcp_a', '3 tcp_b'])
  rmSync(join(loaded, 'tcp_a'))
  assert.equal(seen(), ['3 tcp_b'])
})

test.run()
