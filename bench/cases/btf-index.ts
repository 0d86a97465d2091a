import { closeSync, fstatSync, openSync } from 'node:fs'
import { parseBtf } from '../../src/btf/index.ts'
import { Mapping } from '../../src/kernel/index.ts'
import { libbpf } from '../../test/support/libbpf.ts'
import { type Bench, timed } from '../pairs.ts'

const file = '/sys/kernel/btf/vmlinux'
// ABI: BTF_KIND_STRUCT, linux/btf.h.
const STRUCT = 4

/** Reads the kernel's types anew and finds one by name. */
export function btfIndex(): Bench {
  const lib = libbpf()
  return {
    title: "Read the kernel's BTF and find a struct by name",
    ours: {
      name: 'ccdk',
      run: () =>
        timed(() => {
          const fd = openSync(file, 'r')
          using mapping = new Mapping(fd, fstatSync(fd).size, file)
          closeSync(fd)
          if (parseBtf(mapping.bytes, { file }).find('tcp_congestion_ops', 'struct') === undefined) throw new Error('not found')
        }),
    },
    peer: {
      name: 'libbpf 1.1',
      run: () =>
        timed(() => {
          const btf = lib.parseBtf(file)
          if (lib.findByNameKind(btf, 'tcp_congestion_ops', STRUCT) <= 0) throw new Error('not found')
          lib.freeBtf(btf)
        }),
    },
    [Symbol.dispose]: () => {},
  }
}
