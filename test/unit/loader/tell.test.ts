import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { load, MAP_FLAG, openObject, RecordingTarget, type RecordingOptions } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernel } from '../../support/this-kernel.ts'

const test = suite('what the loader tells of its way', [needs.structOps, needs.clang])

async function told(fixture: string, options: RecordingOptions = {}): Promise<string[]> {
  const object = openObject(readFileSync(await compileFixture(fixture)), `${fixture}.bpf.o`)
  const lines: string[] = []
  using target = new RecordingTarget({ ...thisKernel(), kernelConfigSource: () => '/proc/config.gz' }, options)
  try {
    load(object, target, { tell: (level, message) => lines.push(`${level}: ${message}`) })[Symbol.dispose]()
  } catch (error) {
    lines.push(error instanceof Error ? error.message : '')
  }
  return lines
}

const says = (lines: readonly string[], expected: RegExp | string): void =>
  assert.ok(lines.some((line) => (typeof expected === 'string' ? line === expected : expected.test(line))), `${String(expected)} in\n${lines.join('\n')}`)

test('the types that CO-RE chose, options and where they are from, functions of the kernel, and what is created', async () => {
  const lines = await told('maps')
  says(lines, /^debug: "\w+": struct tcp_congestion_ops is type \d+ of the kernel, \d+ of \d+ members match$/)
  says(lines, /^debug: struct_ops\/\w+\/\w+\/instruction\[\d+\]: struct tcp_sock\.\w+, field byte offset: \d+ and not \d+, by type \d+ of \/sys\/kernel\/btf\/vmlinux$/)
  says(lines, 'debug: option CONFIG_HZ: 250, from /proc/config.gz')
  says(lines, /^debug: extern \w+: type \d+ of the kernel$/)
  says(lines, /^info: map "[\w.]+" is created$/)
  says(lines, /^info: map "\w+" is created for struct tcp_congestion_ops$/)
  says(lines, /^info: program "\w+" is loaded, \d+ instructions$/)
})

test('a map that is shared, and one that is pinned for others', async () => {
  says(await told('map_kinds'), /^info: map "\w+" is pinned at \/sys\/fs\/bpf\/\w+, where there was none$/)
  const object = openObject(readFileSync(await compileFixture('map_kinds')), 'map_kinds.bpf.o')
  const shared = object.maps.find(({ pinned }) => pinned)
  assert.ok(shared !== undefined)
  const { type, keySize, valueSize, maxEntries, flags } = shared
  const path = `/sys/fs/bpf/${shared.name}`
  says(await told('map_kinds', { pinned: { [path]: { name: shared.name, type, keySize, valueSize, maxEntries, flags } } }), `info: map "${shared.name}" is the one that is pinned at ${path}`)
})

test('what the kernel answers about features, when something was refused', async () => {
  const lines = await told('several', { failures: [{ method: 'createMap', error: 'EINVAL', when: ({ args: [map] }) => typeof map === 'object' && 'kernelValue' in map && (map.flags & MAP_FLAG.LINK) !== 0 }], features: { struct_ops_link: 'unknown' } })
  says(lines, 'debug: registration of struct_ops by links, of Linux 6.4: unknown')
})

test('a map that the kernel takes only without its types', async () => {
  const lines = await told('maps', { failures: [{ method: 'createMap', nth: 1, error: 'EINVAL' }] })
  says(lines, /^debug: map "\w+": the kernel answers EINVAL, so it is tried without the types of key and value$/)
})

test.run()
