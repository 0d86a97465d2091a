import { closeSync, openSync } from 'node:fs'
import { UsageError } from '../../errors/index.ts'
import { tryLockFile } from '../../kernel/index.ts'

/**
 * Keeps others from writing to the experiment in a directory, until it is disposed of or this process ends, however that is.
 *
 * @throws UsageError where another process has it
 */
export function lockDirectory(directory: string): Disposable {
  using made = new DisposableStack()
  const file = made.adopt(openSync(directory, 'r'), closeSync)
  if (!tryLockFile(file)) {
    throw new UsageError(`another process runs the experiment in ${directory}`, {
      hint: 'wait until it has ended; ccdk report shows what there is so far',
    })
  }
  return made.move()
}
