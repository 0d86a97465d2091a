import { existsSync, readFileSync } from 'node:fs'
import type { Interface } from './interface-messages.ts'
import { Interfaces } from './rtnetlink.ts'

// ABI: IFA_F_TENTATIVE, linux/if_addr.h, and RFC 4291's link-local prefix.
const IFA_F_TENTATIVE = 0x40
const linkLocal = 'fe80'

/**
 * Whether an interface of the own network namespace carries traffic yet. The kernel works off the news that a wire is
 * plugged in later; an IPv6 packet that comes too early costs a second, until the neighbour is asked for again.
 */
export function interfaceReady(name: string): boolean {
  using interfaces = new Interfaces()
  const found = interfaces.list().find((one) => one.name === name)
  return found !== undefined && found.operstate === 'UP' && ipv6Ready(found)
}

function ipv6Ready({ name }: Interface): boolean {
  // The file of the thread: the one of the process could be another namespace's.
  const file = '/proc/thread-self/net/if_inet6'
  if (!existsSync(file)) return true
  // ABI: net/ipv6/addrconf.c, if6_seq_show: address, index, prefix length, scope and flags in hex, name.
  const own = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter((words) => words[5] === name)
  const ready = own.filter(([, , , , flags = '']) => (Number.parseInt(flags, 16) & IFA_F_TENTATIVE) === 0)
  return ready.length === own.length && ready.some(([address = '']) => address.startsWith(linkLocal))
}
