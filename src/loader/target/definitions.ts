import type { Handle } from './handle.ts'
import type { BtfHandle } from './kernel-facts.ts'

export interface MapDefinition {
  /** The whole name, for messages; Linux keeps 15 bytes of it. */
  name: string
  /** `enum bpf_map_type`. */
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  numaNode?: number
  mapExtra?: bigint
  /** Of a map of maps: a map like those that it will hold. */
  inner?: Handle
  /** The object's BTF and the types of key and value in it. */
  btf?: { handle: Handle; keyType: number; valueType: number }
  /** The right to create it, of a process that has no capability. */
  token?: Handle
  /** Of a struct_ops map: the type of its value in the kernel's BTF, or in a module's. */
  kernelValue?: { type: number; module: BtfHandle }
}

/** What is wanted of the verifier's log. */
export interface VerifierLog {
  /** ABI: BPF_LOG_LEVEL1 (1) for what led to a refusal or LEVEL2 (2) for every instruction, BPF_LOG_STATS (4) for counts. */
  level: number
  /** The most that is kept, bytes; without it there is room for the whole log. A kernel from 6.4 on keeps the end of it. */
  size?: number
  /** Is given the log, whatever the verdict. */
  write: (log: string) => void
}

export interface ProgramDefinition {
  /** The whole name, for messages; Linux keeps 15 bytes of it. */
  name: string
  /** `enum bpf_prog_type`. */
  type: number
  instructions: Uint8Array
  license: string
  /** `enum bpf_attach_type`; for a struct_ops program the index of its member in the kernel's struct. */
  expectedAttachType: number
  flags: number
  /** The type that it attaches to: the kernel's, a module's, or a function of another program. */
  attach?: { type: number; module: BtfHandle } | { type: number; program: Handle }
  /** The object's BTF and which function and source line each instruction belongs to. */
  debug?: {
    handle: Handle
    funcInfo: Uint32Array
    funcInfoRecordSize: number
    lineInfo: Uint32Array
    lineInfoRecordSize: number
  }
  /** The right to load it, of a process that has no capability. */
  token?: Handle
  /** That the verifier's log is wanted also of a program that it accepts. */
  log?: VerifierLog
  /** Modules whose kfuncs it calls: the n-th stands at index n of the kernel's `fd_array`; the first is not used. */
  modules: readonly BtfHandle[]
}
