import type { Arp, Icmp, Ipv4, Ipv6, Layer, Payload, Tcp, TcpFlag, TcpOption, Vlan } from './layer.ts'

/** A packet's headers in one line, in tcpdump's words where it has some. */
export const describe = (layers: readonly Layer[]): string => layers.map(describeLayer).join(', ')

function describeLayer(layer: Layer): string {
  switch (layer.kind) {
    case 'ethernet':
      return `${layer.source} > ${layer.destination}`
    case 'vlan':
      return vlanText(layer)
    case 'arp':
      return arpText(layer)
    case 'ipv4':
      return `IPv4 ${layer.source} > ${layer.destination}${ipv4Rest(layer)}`
    case 'ipv6':
      return `IPv6 ${layer.source} > ${layer.destination}${ipv6Rest(layer)}`
    case 'extension':
      return `${layer.name} header of ${layer.length} bytes`
    case 'fragment':
      return `fragment ${layer.offset}${layer.more ? '+' : ''} of id ${hex(layer.id, 8)}`
    case 'tcp':
      return tcpText(layer)
    case 'udp':
      return `UDP ${layer.sourcePort} > ${layer.destinationPort} length ${layer.length}`
    case 'icmp':
    case 'icmpv6':
      return icmpText(layer)
    case 'payload':
      return payloadText(layer)
    case 'damaged':
      return `${layer.header} damaged: ${layer.problem}`
    default:
      return layer satisfies never
  }
}

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`

const vlanText = ({ standard, id, priority, dropEligible }: Vlan): string =>
  `${standard} ${id}${priority === 0 ? '' : ` priority ${priority}`}${dropEligible ? ' drop eligible' : ''}`

function arpText({ operation, sender, target }: Arp): string {
  if (operation === 1) return `ARP who has ${target.address}, tell ${sender.address}`
  if (operation === 2) return `ARP ${sender.address} is at ${sender.mac}`
  return `ARP operation ${operation} from ${sender.address} to ${target.address}`
}

function ipv4Rest({ ttl, dscp, ecn, dontFragment, moreFragments, fragmentOffset, id, options }: Ipv4): string {
  const isFragment = moreFragments || fragmentOffset > 0
  return [
    classText(dscp, ecn),
    ` ttl ${ttl}`,
    dontFragment ? ' DF' : '',
    isFragment ? ` fragment ${fragmentOffset}${moreFragments ? '+' : ''} of id ${id}` : '',
    options > 0 ? ` options of ${options} bytes` : '',
  ].join('')
}

const ipv6Rest = ({ dscp, ecn, flowLabel, hopLimit }: Ipv6): string =>
  `${classText(dscp, ecn)} hlim ${hopLimit}${flowLabel === 0 ? '' : ` flow ${hex(flowLabel, 5)}`}`

const classText = (dscp: number, ecn: Ipv4['ecn']): string =>
  `${dscp === 0 ? '' : ` dscp ${dscp}`}${ecn === 'not-ect' ? '' : ` ${ecn}`}`

/** As tcpdump writes them, in its order. */
const letters: readonly (readonly [TcpFlag, string])[] = [
  ['fin', 'F'],
  ['syn', 'S'],
  ['rst', 'R'],
  ['psh', 'P'],
  ['ack', '.'],
  ['urg', 'U'],
  ['ece', 'E'],
  ['cwr', 'W'],
  ['ae', 'e'],
]

function tcpText({ sourcePort, destinationPort, flags, sequence, acknowledgment, window, urgent, options, length }: Tcp): string {
  const shown = letters.map(([flag, letter]) => (flags.includes(flag) ? letter : '')).join('')
  return [
    `TCP ${sourcePort} > ${destinationPort} [${shown === '' ? 'none' : shown}] seq ${sequence}`,
    flags.includes('ack') ? ` ack ${acknowledgment}` : '',
    ` win ${window}`,
    flags.includes('urg') ? ` urg ${urgent}` : '',
    options.length === 0 ? '' : ` <${options.map(optionText).join(',')}>`,
    ` length ${length}`,
  ].join('')
}

function optionText(option: TcpOption): string {
  switch (option.kind) {
    case 'end':
      return 'eol'
    case 'nop':
      return 'nop'
    case 'sack-permitted':
      return 'sackOK'
    case 'mss':
      return `mss ${option.value}`
    case 'window-scale':
      return `wscale ${option.shift}`
    case 'timestamps':
      return `TS val ${option.value} ecr ${option.echo}`
    case 'sack':
      return `sack ${option.blocks.map(({ left, right }) => `{${left}:${right}}`).join('')}`
    case 'fast-open':
      return `tfo ${option.cookie === '' ? 'cookiereq' : `cookie ${option.cookie}`}`
    case 'accecn':
      return `accecn ect0 ${option.ect0 ?? '-'} ce ${option.ce ?? '-'} ect1 ${option.ect1 ?? '-'}`
    case 'other':
      return `option ${option.number} of ${option.length} bytes`
    case 'damaged':
      return `option ${option.number} damaged`
    default:
      return option satisfies never
  }
}

const icmpNames: Readonly<Record<Icmp['kind'], Readonly<Record<number, string>>>> = {
  icmp: { 0: 'echo reply', 3: 'unreachable', 5: 'redirect', 8: 'echo request', 11: 'time exceeded' },
  icmpv6: {
    1: 'unreachable',
    2: 'packet too big',
    3: 'time exceeded',
    128: 'echo request',
    129: 'echo reply',
    133: 'router solicitation',
    134: 'router advertisement',
    135: 'neighbor solicitation',
    136: 'neighbor advertisement',
    143: 'multicast listener report v2',
  },
}

function icmpText({ kind, type, code, echo, target, length }: Icmp): string {
  return [
    kind === 'icmp' ? 'ICMP' : 'ICMPv6',
    ` ${icmpNames[kind][type] ?? `type ${type}`}`,
    code === 0 ? '' : ` code ${code}`,
    echo === undefined ? '' : ` id ${echo.id} seq ${echo.sequence}`,
    target === undefined ? '' : ` ${target}`,
    ` length ${length}`,
  ].join('')
}

function payloadText({ is, length }: Payload): string {
  if ('protocol' in is) return `protocol ${is.protocol} length ${length}`
  return is.etherType < 0x600 ? `802.3 length ${length}` : `type ${hex(is.etherType, 4)} length ${length}`
}
