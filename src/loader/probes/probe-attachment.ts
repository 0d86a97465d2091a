/** Where a uprobe goes, bytes from the start of its file. */
export interface UprobePlace {
  offset: bigint
  /** Of a u16 that the kernel counts up while the probe is there; 0 for none. */
  referenceCounter?: bigint
  /** What `bpf_get_attach_cookie` answers there. */
  cookie?: bigint
}

/** What a probe is attached to. `onReturn` has the program run when the function returns; `pid` is for one process alone. */
export type ProbeAttachment =
  | ({ way: 'uprobe'; file: string; onReturn: boolean; pid?: number } & UprobePlace)
  /** `offset` is counted from the function or, without one, it is an address. */
  | { way: 'kprobe'; function?: string; offset: bigint; onReturn: boolean; cookie?: bigint }
  /** Many places of a file by one link. `attachType` is that of the program, which may be one for sessions. */
  | { way: 'uprobe_multi'; file: string; places: readonly UprobePlace[]; attachType: number; onReturn: boolean; pid?: number }
  /** Many functions of the kernel by one link. */
  | { way: 'kprobe_multi'; functions: KernelFunctions; cookies?: readonly bigint[]; attachType: number; onReturn: boolean }

/** In a pattern `*` and `?` stand for others. It goes without cookies, which are given in the order of names or addresses. */
export type KernelFunctions = { pattern: string } | { symbols: readonly string[] } | { addresses: readonly bigint[] }
