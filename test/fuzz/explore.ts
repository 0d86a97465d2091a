import {
  alignOf,
  type Btf,
  BtfEditor,
  BtfSubset,
  concatBtf,
  declaration,
  dedupBtf,
  dumpC,
  distillBase,
  encodeBtf,
  parseBtf,
  rawText,
  relocateBtf,
  sizeOf,
} from '../../src/btf/index.ts'
import { collect } from '../../src/errors/index.ts'

/** Asks everything that can be asked of types. */
export function askAll(btf: Btf): void {
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    collect([], () => btf.type(id))
    collect([], () => [...btf.named(btf.name(id))].length + btf.namedEssentially(btf.name(id)).length)
    collect([], () => sizeOf(btf, id))
    collect([], () => alignOf(btf, id))
    collect([], () => declaration(btf, id, 'x'))
    collect([], () => rawText(btf, id))
  }
  collect([], () => btf.type(btf.endId))
  btf.namesContaining('_')
}

/** Does with types what makes others of them. What comes out must be whole. */
export function remake(btf: Btf, some: number): void {
  collect([], () => dumpC(btf))
  collect([], () => dumpC(btf, [some]))
  const onBase = btf.base === undefined ? {} : { base: btf.base }
  const again = parseBtf(encodeBtf(btf), { file: 'again', ...onBase })
  if (!Buffer.from(again.words.buffer, again.words.byteOffset, again.words.byteLength).equals(Buffer.from(Uint32Array.from(btf.words).buffer))) {
    throw new Error('the types changed while they were written and read')
  }
  new BtfEditor(btf).encode()
  collect([], () => {
    const subset = new BtfSubset(btf)
    subset.keep(some)
    collect([], () => subset.keepMember(some, 0))
    askAll(parseBtf(subset.encode(), { file: 'subset', ...onBase }))
  })
  const once = collect([], () => dedupBtf(btf).btf)
  if (once === undefined) return
  const twice = dedupBtf(once).btf
  if (twice.endId !== once.endId) throw new Error(`deduplicated again, ${once.endId} types became ${twice.endId}`)
  const { base } = btf
  if (base !== undefined) {
    collect([], () => askAll(relocateBtf(distillBase(btf).split, base)))
    return
  }
  const doubled = dedupBtf(concatBtf([btf, btf])).btf
  const unlike = once.endId !== doubled.endId && !hasVariables(btf)
  if (unlike) throw new Error(`${once.endId} types became ${doubled.endId} when they were there twice`)
}

function hasVariables(btf: Btf): boolean {
  for (let id = btf.firstId; id < btf.endId; id += 1) if (['var', 'datasec'].includes(btf.kind(id))) return true
  return false
}
