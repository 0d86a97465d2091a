/** Where a probe goes, as far as its section does not say; what is given here counts before what the section says. */
export interface ProbeOptions {
  /** Of uprobes and USDT: the path of a program or library, or its bare name as in PATH. */
  binary?: string
  /** A function, perhaps with `+OFFSET`; of a library also with its version, `memcpy@GLIBC_2.2.5`. */
  function?: string
  /** Bytes from the function or, without one, from the start of the file. Of a kprobe without one: an address. */
  offset?: bigint
  /** Place in the file of a u16 that the kernel counts up while the probe is there, bytes. */
  referenceCounter?: bigint
  /** Of USDT: what the program calls the probe. */
  provider?: string
  name?: string
  /** Of the multi forms: a pattern with `*` and `?`, or whole names. */
  functions?: string | readonly string[]
  /** Of kprobe.multi instead: addresses in the kernel. */
  addresses?: readonly bigint[]
  /** Of uprobe.multi instead: places in the file, bytes. */
  offsets?: readonly bigint[]
  /** Of uprobe.multi, one for each place; 0 for none. */
  referenceCounters?: readonly bigint[]
  /** Of the multi forms: what `bpf_get_attach_cookie` answers, one for each place. */
  cookies?: readonly bigint[]
}

/** All that is known where a probe is attached. */
export interface ProbeRequest extends ProbeOptions {
  /** The section's name up to its target: `uretprobe`, `uprobe.multi.s`. */
  section: string
  /** What follows it. */
  target: string
  /** `enum bpf_attach_type` of the program. */
  attachType: number
  /** One process; all when left out. */
  pid?: number | undefined
  cookie?: bigint | undefined
  /** Says what is missing, and how to give it. */
  fail: (why: string, hint: string) => never
}

/** The program runs when the function returns. */
export const runsOnReturn = ({ section }: ProbeRequest): boolean => section.includes('ret')

/** The fields that have a value: an attachment does not say what was not given. */
export function given<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> }
// A signature of its own, because the compiler cannot see what is left out.
export function given(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
