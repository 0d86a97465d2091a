import type { PathHost } from '../../src/emulator/index.ts'

type HostNames = Pick<PathHost, 'name' | 'ipv4' | 'ipv6'>

/** What commands on the hosts learn of the path: CCDK_SERVER, CCDK_SERVER_IPV6, and for several CCDK_SERVER_2 and so on. */
export function variablesOf(name: string, hosts: readonly HostNames[]): Record<string, string> {
  const variables: Record<string, string> = { CCDK_PATH: name }
  for (const { variable, ipv4, ipv6 } of labelled(hosts)) {
    variables[`CCDK_${variable}`] = ipv4
    variables[`CCDK_${variable}_IPV6`] = ipv6
  }
  return variables
}

/** Names of addresses: of each host its own, and of the first of several what it would be called alone. */
export const namesOf = (hosts: readonly HostNames[]): { address: string; name: string }[] =>
  labelled(hosts).flatMap(({ host, ipv4, ipv6 }) => [ipv4, ipv6].map((address) => ({ address, name: host })))

function labelled(hosts: readonly HostNames[]): { host: string; variable: string; ipv4: string; ipv6: string }[] {
  return hosts
    .flatMap(({ name, ipv4, ipv6 }) => {
      const alone = name.replace(/-\d+$/, '')
      const names = alone === name ? [name] : name.endsWith('-1') ? [alone, name] : [name]
      return names.map((host) => ({ host, ipv4, ipv6 }))
    })
    .map((one) => ({ ...one, variable: one.host.toUpperCase().replaceAll('-', '_') }))
}
