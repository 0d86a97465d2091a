import type { Btf } from '../btf.ts'
import { CDump } from './dump.ts'

const guard = '__VMLINUX_H__'
/** Makes every access to a struct of the header one that CO-RE relocates. */
const switchedOff = '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX'
const push = '#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)'
const pop = '#pragma clang attribute pop'

/**
 * Types as C, in an order that a compiler takes: those of `ids` with all that they need, or all of a BTF's own (for
 * split BTF those without its base's, but for what they need). Sizes and offsets are those of the BTF on x86-64 and in
 * BPF programs. Throws an `ObjectError` for types that no C can say, such as a struct that contains itself.
 */
export function dumpC(btf: Btf, ids?: Iterable<number>): string {
  const dump = new CDump(btf)
  if (ids !== undefined) for (const id of ids) dump.add(id)
  else for (let id = btf.firstId; id < btf.endId; id += 1) dump.add(id)
  return dump.text
}

/** The same as a header for BPF programs, a `vmlinux.h`. */
export const dumpHeader = (btf: Btf, ids?: Iterable<number>): string =>
  [
    `#ifndef ${guard}\n#define ${guard}\n`,
    `${switchedOff}\n${push}\n#endif\n`,
    `${dumpC(btf, ids)}${switchedOff}\n${pop}\n#endif\n`,
    `#endif /* ${guard} */\n`,
  ].join('\n')
