import { type Field, Layout, type ValuesOf } from '../layout.ts'

// ABI: SK_MEMINFO_*, linux/sock_diag.h, by their numbers.
const fields = [
  ['rmem_alloc', 0, 'u32'],
  ['rcvbuf', 4, 'u32'],
  ['wmem_alloc', 8, 'u32'],
  ['sndbuf', 12, 'u32'],
  ['fwd_alloc', 16, 'u32'],
  ['wmem_queued', 20, 'u32'],
  ['optmem', 24, 'u32'],
  ['backlog', 28, 'u32'],
  ['drops', 32, 'u32'],
] as const satisfies readonly Field[]

/** The memory of a socket in bytes, and the packets that it dropped. The kernel's names. */
export type SocketMemory = ValuesOf<(typeof fields)[number]>

export type SocketMemoryField = keyof SocketMemory

export const socketMemory = new Layout('INET_DIAG_SKMEMINFO', fields)
