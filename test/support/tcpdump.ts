import { execa } from 'execa'
import { type Layer, type TcpFlag, type TcpOption } from '../../src/packets/index.ts'

/** A packet as tcpdump tells of it: when it came, and all its lines as one. */
export interface Told {
  /** Seconds since 1970 with nine digits. */
  time: string
  text: string
}

/** What tcpdump reads from a pcap file. A test file that calls this names `needs.tcpdump`. */
export async function tcpdumpOf(file: string): Promise<Told[]> {
  const options = ['-nn', '-e', '-v', '-S', '-tt', '--time-stamp-precision=nano']
  const { stdout } = await execa('tcpdump', ['-r', file, ...options], { stripFinalNewline: false })
  // A packet's further lines are indented.
  const packets = stdout.replaceAll(/\n[ \t]+/g, ' ').split('\n').filter(Boolean)
  return packets.map((line) => ({ time: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1) }))
}

/** What tcpdump has to say, in its own words, of a packet in which these headers were read: in this order. */
export function tcpdumpWords(layers: readonly Layer[]): string[] {
  return layers.flatMap((layer, index) => wordsOf(layer, layers.slice(0, index)))
}

/** The first of the words that is not there, behind the others; undefined when all are. */
export function missingWord(text: string, words: readonly string[]): string | undefined {
  let at = 0
  for (const word of words) {
    const found = text.indexOf(word, at)
    if (found < 0) return word
    at = found + word.length
  }
  return undefined
}

const hex = (number: number): string => `0x${number.toString(16)}`

function wordsOf(layer: Layer, before: readonly Layer[]): string[] {
  switch (layer.kind) {
    case 'ethernet':
      return [`${layer.source} > ${layer.destination}, `, ...(layer.type < 0x600 ? ['802.3'] : [`(0x${layer.type.toString(16).padStart(4, '0')}), `])]
    case 'vlan':
      return [`vlan ${layer.id}, p ${layer.priority}${layer.dropEligible ? ', DEI' : ''}, `]
    case 'arp':
      return arpWords(layer)
    case 'ipv4':
      return ipv4Words(layer)
    case 'ipv6':
      return ipv6Words(layer)
    case 'extension':
      return [{ 'hop-by-hop': 'HBH', destination: 'DSTOPT', routing: 'srcrt', authentication: 'AH', mobility: 'mobility' }[layer.name]]
    case 'fragment':
      return [`frag (0x${layer.id.toString(16).padStart(8, '0')}:${layer.offset}|`]
    case 'tcp':
      return [...ports(layer, before), ...tcpWords(layer)]
    case 'udp':
      return [...ports(layer, before), `UDP, length ${layer.length}`]
    case 'icmp':
    case 'icmpv6':
      return icmpWords(layer)
    case 'payload':
      return []
    case 'damaged':
      throw new Error(`damaged: ${JSON.stringify(layer)}`)
    default:
      return layer satisfies never
  }
}

type Of<Kind extends Layer['kind']> = Extract<Layer, { kind: Kind }>

function arpWords({ operation, sender, target }: Of<'arp'>): string[] {
  if (operation === 1) return [`Request who-has ${target.address} `, `tell ${sender.address}`]
  return operation === 2 ? [`Reply ${sender.address} is-at ${sender.mac}`] : []
}

const ecnWords = { 'not-ect': '', ect1: ',ECT(1)', ect0: ',ECT(0)', ce: ',CE' } as const
const ecnBits = { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 } as const

function ipv4Words(layer: Of<'ipv4'>): string[] {
  const { dscp, ecn, ttl, id, fragmentOffset, dontFragment, moreFragments, protocol, length } = layer
  const flags = moreFragments ? '+' : dontFragment ? 'DF' : 'none'
  return [
    `(tos ${hex((dscp << 2) | ecnBits[ecn])}${ecnWords[ecn]}, ttl ${ttl}, id ${id}, offset ${fragmentOffset}, flags [${flags}], `,
    `(${protocol}), length ${length}`,
    ...(layer.options > 0 ? ['options ('] : []),
    layer.source,
    layer.destination,
  ]
}

function ipv6Words({ dscp, ecn, flowLabel, hopLimit, nextHeader, length, source, destination }: Of<'ipv6'>): string[] {
  const traffic = (dscp << 2) | ecnBits[ecn]
  return [
    `(${traffic === 0 ? '' : `class ${hex(traffic)}, `}${flowLabel === 0 ? '' : `flowlabel 0x${flowLabel.toString(16).padStart(5, '0')}, `}hlim ${hopLimit}, `,
    `(${nextHeader}) payload length: ${length}) ${source}`,
    `> ${destination}`,
  ]
}

/** Behind the addresses, or on their own where other headers stand between. */
function ports({ sourcePort, destinationPort }: { sourcePort: number; destinationPort: number }, before: readonly Layer[]): string[] {
  const ip = before.at(-1)
  // The words of the addresses have been passed by then.
  return ip?.kind === 'ipv4' || ip?.kind === 'ipv6' ? [`.${destinationPort}: `] : [`${sourcePort} > ${destinationPort}: `]
}

const letters: readonly (readonly [TcpFlag, string])[] = [
  ['fin', 'F'], ['syn', 'S'], ['rst', 'R'], ['psh', 'P'], ['ack', '.'], ['urg', 'U'], ['ece', 'E'], ['cwr', 'W'],
]

function tcpWords({ flags, sequence, acknowledgment, window, urgent, options, length }: Of<'tcp'>): string[] {
  const shown = letters.flatMap(([flag, letter]) => (flags.includes(flag) ? [letter] : [])).join('')
  const isNumbered = length > 0 || ['syn', 'fin', 'rst'].some((flag) => flags.some((one) => one === flag))
  const end = (sequence + length) % 2 ** 32
  return [
    // What it calls the ninth flag depends on its version.
    `Flags [${shown === '' ? 'none' : shown}`,
    ...(isNumbered ? [`seq ${sequence}${length > 0 ? `:${end}` : ''}, `] : []),
    ...(flags.includes('ack') ? [`ack ${acknowledgment}, `] : []),
    `win ${window}, `,
    ...(flags.includes('urg') ? [`urg ${urgent}, `] : []),
    ...(options.length > 0 ? ['options [', ...options.map(optionWord)] : []),
    `length ${length}`,
  ]
}

function optionWord(option: TcpOption): string {
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
      return `sack ${option.blocks.length} ${option.blocks.map(({ left, right }) => `{${left}:${right}}`).join('')}`
    case 'fast-open':
      return `cookie ${option.cookie}`
    case 'accecn':
      return 'unknown-17'
    case 'other':
      return `unknown-${option.number}`
    case 'damaged':
      throw new Error(`damaged: ${JSON.stringify(option)}`)
    default:
      return option satisfies never
  }
}

function icmpWords({ kind, type, echo, target, length }: Of<'icmp' | 'icmpv6'>): string[] {
  const isReply = type === (kind === 'icmp' ? 0 : 129)
  return [
    kind === 'icmp' ? 'ICMP ' : 'ICMP6, ',
    ...(echo === undefined ? [] : [`echo ${isReply ? 'reply' : 'request'}, id ${echo.id}, seq ${echo.sequence}`]),
    ...(kind === 'icmp' || target !== undefined ? [`length ${length}`] : []),
    ...(target === undefined ? [] : [target]),
  ]
}
