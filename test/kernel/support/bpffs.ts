import { execa } from 'execa'
import { temporaryDirectory } from '../../support/tmp.ts'

export interface BpfFileSystem extends AsyncDisposable {
  readonly path: string
}

/** A BPF file system of the test's own: `await using bpffs = await mountBpffs()`. */
export async function mountBpffs(): Promise<BpfFileSystem> {
  const directory = temporaryDirectory()
  await execa('mount', ['-t', 'bpf', 'bpf', directory.path])
  return {
    path: directory.path,
    [Symbol.asyncDispose]: async () => {
      await execa('umount', [directory.path])
      directory[Symbol.dispose]()
    },
  }
}
