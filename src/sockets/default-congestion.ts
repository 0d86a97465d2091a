import { readFileSync, writeFileSync } from 'node:fs'
import { type Fd, fileError, insideNamespace } from '../kernel/index.ts'
import { type Everywhere, everywhere } from './everywhere.ts'

/** The congestion control of sockets that choose none: a setting of each network namespace. */
const setting = '/proc/sys/net/ipv4/tcp_congestion_control'

/** The default of every network namespace or, with `only`, of those of these inodes. */
export const defaultCongestion = (only?: ReadonlySet<number>): Everywhere<string> =>
  everywhere((namespace) => within(namespace, readSetting), only)

/**
 * Gives the namespaces whose default is `from` another, and answers for each whether it was one. `to` has to be one of
 * the kernel's own: a namespace may refuse a BPF algorithm, and a kernel that does may keep a reference to it for ever.
 */
export const replaceDefault = (from: string, to: string, only?: ReadonlySet<number>): Everywhere<boolean> =>
  everywhere(
    (namespace) =>
      within(namespace, () => {
        if (readSetting() !== from) return false
        writeSetting(to)
        return true
      }),
    only,
  )

const within = <T>(namespace: Fd | undefined, action: () => T): T =>
  namespace === undefined ? action() : insideNamespace(namespace, action)

const readSetting = (): string => readFileSync(setting, 'utf8').trim()

function writeSetting(name: string): void {
  try {
    writeFileSync(setting, name)
  } catch (error) {
    const doing = `making "${name}" the default of a network namespace`
    const hints = { ENOENT: `no algorithm "${name}" is there` }
    throw fileError(error, { doing, syscall: 'write', capability: 'CAP_NET_ADMIN', hints })
  }
}
