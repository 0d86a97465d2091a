import { UsageError } from '../../errors/index.ts'
import { AF_INET, AF_INET6, littleEndian, parseAddress } from '../../kernel/index.ts'
import { portRange, type Ports } from '../ports.ts'

/** One end of a connection. What is left out may be anything. */
export interface SocketEnd {
  /** An address, or all that begin with so many of its bits: `198.18.0.0/15`, `2001:db8::/32`. */
  address?: string
  /** One port, or the first and the last of several. */
  port?: Ports
}

/** What a socket has to be like: both ends have to fit. */
export interface SocketMatch {
  local?: SocketEnd
  remote?: SocketEnd
}

// ABI: enum in linux/inet_diag.h, the same numbers plus one or two for the other end.
const INET_DIAG_BC_JMP = 1
const INET_DIAG_BC_S_GE = 2
const INET_DIAG_BC_S_LE = 3
const INET_DIAG_BC_D_GE = 4
const INET_DIAG_BC_D_LE = 5
const INET_DIAG_BC_S_COND = 7
const INET_DIAG_BC_D_COND = 8

/** ABI: struct inet_diag_bc_op, linux/inet_diag.h: u8 code, u8 yes, u16 no, the bytes to go on to. */
const opSize = 4
/** The most bytes that an attribute of netlink holds besides its header: a length of 16 bits counts both. */
const mostBytes = 0xfff8

/**
 * The program by which the kernel keeps the sockets that fit one of `matches`, so that others cost nothing more; empty
 * when all do. It accepts a socket by ending exactly at its end, and refuses it by a step beyond.
 */
export function socketBytecode(matches: readonly SocketMatch[]): Uint8Array {
  const ways = matches.map(conditionsOf)
  if (ways.some((conditions) => conditions.length === 0)) return new Uint8Array()
  const sizes = ways.map((conditions) => sum(conditions.map(({ length }) => length)) + opSize)
  // The last way needs no jump over the others.
  const bytes = new Uint8Array(Math.max(0, sum(sizes) - opSize))
  if (bytes.length > mostBytes) throw new UsageError(`${matches.length} matches are more than the kernel takes at once`)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [index, conditions] of ways.entries()) {
    const isLast = index === ways.length - 1
    const next = at + (sizes[index] ?? 0)
    for (const condition of conditions) {
      bytes.set(condition, at)
      view.setUint8(at + 1, condition.length)
      view.setUint16(at + 2, (isLast ? bytes.length + opSize : next) - at, littleEndian)
      at += condition.length
    }
    if (isLast) break
    bytes.set([INET_DIAG_BC_JMP, opSize], at)
    view.setUint16(at + 2, bytes.length - at, littleEndian)
    at = next
  }
  return bytes
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Ops that all have to hold, without their steps. */
const conditionsOf = ({ local = {}, remote = {} }: SocketMatch): Uint8Array[] => [
  ...endConditions(local, { atLeast: INET_DIAG_BC_S_GE, atMost: INET_DIAG_BC_S_LE, host: INET_DIAG_BC_S_COND }),
  ...endConditions(remote, { atLeast: INET_DIAG_BC_D_GE, atMost: INET_DIAG_BC_D_LE, host: INET_DIAG_BC_D_COND }),
]

function endConditions({ address, port }: SocketEnd, codes: { atLeast: number; atMost: number; host: number }): Uint8Array[] {
  const conditions: Uint8Array[] = []
  if (port !== undefined) {
    const [first, last] = portRange(port)
    conditions.push(portOp(codes.atLeast, first), portOp(codes.atMost, last))
  }
  if (address !== undefined) conditions.push(hostOp(codes.host, address))
  return conditions
}

/** ABI: a second op follows, whose `no` is the port. */
function portOp(code: number, port: number): Uint8Array {
  const bytes = new Uint8Array(2 * opSize)
  bytes[0] = code
  new DataView(bytes.buffer).setUint16(opSize + 2, port, littleEndian)
  return bytes
}

/** ABI: struct inet_diag_hostcond follows, linux/inet_diag.h: u8 family, u8 prefix_len, int port (-1: any), address. */
function hostOp(code: number, text: string): Uint8Array {
  const [host = '', bits, ...rest] = text.split('/')
  const address = parseAddress(host)
  const longest = 8 * address.length
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!(prefix <= longest) || rest.length > 0) throw new UsageError(`"${text}": the prefix of this address is 0 to ${longest} bits`)
  const bytes = new Uint8Array(opSize + 8 + address.length)
  bytes[0] = code
  bytes.set([address.length === 4 ? AF_INET : AF_INET6, prefix], opSize)
  new DataView(bytes.buffer).setInt32(opSize + 4, -1, littleEndian)
  bytes.set(address, opSize + 8)
  return bytes
}
