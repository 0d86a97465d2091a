/**
 * The states of a TCP socket by the kernel's numbers, without the `TCP_`.
 * ABI: enum in net/tcp_states.h. BOUND_INACTIVE came with Linux 6.8.
 */
const numbers = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
  NEW_SYN_RECV: 12,
  BOUND_INACTIVE: 13,
} as const

export type TcpState = keyof typeof numbers

const names = new Map<number, TcpState>()
for (const name of Object.keys(numbers)) if (isTcpState(name)) names.set(numbers[name], name)

export function isTcpState(name: string): name is TcpState {
  return Object.hasOwn(numbers, name)
}

/** The state of a number; CLOSE for one that no kernel has yet. */
export const tcpState = (number: number): TcpState => names.get(number) ?? 'CLOSE'

/** Every state that a listing can show. */
export const tcpStates: readonly TcpState[] = [...names.values()]

/**
 * The mask of a request for these states. A half-open connection shows as SYN_RECV and is kept under NEW_SYN_RECV, so
 * either stands for both.
 */
export function stateMask(states: readonly TcpState[]): number {
  const halfOpen = (1 << numbers.SYN_RECV) | (1 << numbers.NEW_SYN_RECV)
  const mask = states.reduce((bits, state) => bits | (1 << numbers[state]), 0)
  return (mask & halfOpen) === 0 ? mask : mask | halfOpen
}
