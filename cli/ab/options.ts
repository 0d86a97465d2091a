export interface AbOptions {
  dryRun?: boolean
  blocks?: number
  /** `B=my.bpf.o`. */
  arm?: string[]
  out?: string
  resume?: string
  from?: string
}
