import { readFileSync } from 'node:fs'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { load, openObject } from '../../src/loader/index.ts'
import { register } from '../../src/structops/index.ts'
import { libbpf, type Pointer } from '../../test/support/libbpf.ts'
import { type Bench, timed } from '../pairs.ts'
import { example } from './example.ts'

/**
 * Opens, loads and registers an object in this process, and lets it go again outside of the measured time. libbpf reads
 * the kernel's BTF for every object; ccdk keeps it from the first on, so its `first` is the one that reads it.
 */
export function openLoadRegister(): Bench {
  const lib = libbpf()
  const target = new LinuxTarget()
  return {
    title: 'Open, load and register bpf_dctcp in one process',
    ours: {
      name: 'ccdk',
      run: () => {
        using undo = new DisposableStack()
        return timed(() => {
          const loaded = undo.use(load(openObject(readFileSync(example), 'bpf_dctcp.bpf.o'), target))
          undo.use(register(loaded, 'dctcp'))
        })
      },
    },
    peer: {
      name: 'libbpf 1.1',
      run: () => {
        let object: Pointer = null
        let link: Pointer = null
        const ms = timed(() => {
          object = lib.openFile(example, null)
          if (lib.load(object) !== 0) throw new Error('libbpf did not load the object')
          link = lib.attachStructOps(lib.findMap(object, 'dctcp'))
        })
        lib.destroyLink(link)
        lib.close(object)
        return ms
      },
    },
    [Symbol.dispose]: () => target[Symbol.dispose](),
  }
}
