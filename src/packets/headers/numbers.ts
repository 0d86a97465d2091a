// ABI: IEEE 802 and IANA, as linux/if_ether.h and linux/in.h have them.
export const ETHERTYPE = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd, SERVICE_VLAN: 0x88a8 } as const

export const IPPROTO = {
  HOPOPTS: 0,
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  ROUTING: 43,
  FRAGMENT: 44,
  AH: 51,
  ICMPV6: 58,
  DSTOPTS: 60,
  MH: 135,
} as const
