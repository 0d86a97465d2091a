import { LinuxTarget, openNamespace } from '../../src/kernel/index.ts'
import { Monitor } from '../../src/monitor/index.ts'
import { namespaceNamed } from '../options/namespaces.ts'

/** A monitor of this machine, with the sockets of these network namespaces: all of them when there are no names. */
export function openMonitor(names: readonly string[] | undefined): { monitor: Monitor; target: LinuxTarget } & Disposable {
  using undo = new DisposableStack()
  const target = undo.use(new LinuxTarget())
  // The monitor keeps what it needs of them.
  using opened = new DisposableStack()
  const namespaces =
    names === undefined || names.includes('all')
      ? 'every'
      : names.map((name) => opened.use(namespaceNamed(name) ?? openNamespace('/proc/self/ns/net')))
  const monitor = undo.use(new Monitor(target, { namespaces }))
  const owned = undo.move()
  return { monitor, target, [Symbol.dispose]: () => owned.dispose() }
}
