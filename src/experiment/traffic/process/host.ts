import { readFileSync } from 'node:fs'
import { type Fd, insideNamespace, openNamespace, setNamespaceSysctl } from '../../../kernel/index.ts'
import type { HostFacts } from '../protocol.ts'

const setting = 'net.ipv4.tcp_ecn'
// Not to ask for ECN, and to agree when asked: the kernel's default. ABI: tcp_ecn, Documentation/networking/ip-sysctl.rst.
const [ask, agree] = ['1', '2']

/** A host of this end. Sockets are made in its namespace, which this process need not be in. */
export class ProcessHost implements Disposable {
  readonly ipv4: string
  readonly ipv6: string
  readonly namespace: Fd
  readonly #usual: string
  #ecn: string

  constructor({ pid, ipv4, ipv6 }: HostFacts) {
    this.ipv4 = ipv4
    this.ipv6 = ipv6
    this.namespace = openNamespace(`/proc/${pid}/ns/net`)
    this.#usual = insideNamespace(this.namespace, () => readFileSync(`/proc/sys/${setting.replaceAll('.', '/')}`, 'utf8').trim())
    this.#ecn = this.#usual
  }

  /**
   * Whether connections from now on ask for ECN; as before anybody was asked without an answer. A SYN has it from the
   * setting of its namespace at that moment: there is no option of a socket for it.
   */
  askForEcn(wanted: boolean | undefined): void {
    const value = wanted === undefined ? this.#usual : wanted ? ask : agree
    if (value === this.#ecn) return
    setNamespaceSysctl(this.namespace, setting, value)
    this.#ecn = value
  }

  [Symbol.dispose](): void {
    try {
      this.askForEcn(undefined)
    } finally {
      this.namespace[Symbol.dispose]()
    }
  }
}
