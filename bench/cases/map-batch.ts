import { readFileSync } from 'node:fs'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { load, openObject } from '../../src/loader/index.ts'
import { compileFixture } from '../../test/support/compile.ts'
import { libbpf } from '../../test/support/libbpf.ts'
import { type Bench, timed } from '../pairs.ts'

const entries = 100_000
const chunk = 8192

/** Reads every element of a hash map. ccdk decodes keys (a struct of two numbers) and values; libbpf gives their bytes. */
export async function mapBatch(): Promise<Bench> {
  const lib = libbpf()
  const target = new LinuxTarget()
  const object = openObject(readFileSync(await compileFixture('values')), 'values.bpf.o')
  const spec = object.maps.find(({ name }) => name === 'by_point')
  if (spec === undefined) throw new Error('no map "by_point"')
  spec.maxEntries = entries
  const loaded = load(object, target)
  const map = loaded.map<{ x: number; y: number }, bigint>('by_point')
  map.setMany(Array.from({ length: entries }, (_, at) => [{ x: at & 0x7fff, y: at >> 15 }, BigInt(at)] as const))
  const fd = loaded.maps.get('by_point')?.handle.number ?? -1
  return {
    title: `Read ${entries} elements of a hash map in batches`,
    ours: {
      name: 'ccdk, decoded',
      run: () =>
        timed(() => {
          let count = 0
          for (const [{ x }, value] of map.entries()) if (value >= 0n && x >= 0) count += 1
          if (count !== entries) throw new Error(`read ${count} elements`)
        }),
    },
    peer: {
      name: 'libbpf 1.1, bytes',
      run: () =>
        timed(() => {
          const keys = new Uint8Array(chunk * 4)
          const values = new Uint8Array(chunk * 8)
          const cursors = [new Uint8Array(4), new Uint8Array(4)] as const
          let total = 0
          for (let turn = 0, result = 0; result === 0; turn += 1) {
            const count = Uint32Array.of(chunk)
            result = lib.lookupBatch(fd, turn === 0 ? null : cursors[turn & 1 ? 0 : 1], cursors[turn & 1 ? 1 : 0], keys, values, count, null)
            total += count[0] ?? 0
          }
          if (total !== entries) throw new Error(`libbpf read ${total} elements`)
        }),
    },
    [Symbol.dispose]: () => {
      loaded[Symbol.dispose]()
      target[Symbol.dispose]()
    },
  }
}
