// The refusals that people meet most, by what kernel/bpf/verifier.c and net/ipv4/bpf_tcp_ca.c write, oldest wording first.
const suggestions: readonly [RegExp, string][] = [
  [/no write support to \w+ at off|write access to off \d+ with size|only read is supported/, 'an algorithm may write these fields alone: of tcp_sock snd_cwnd, snd_cwnd_cnt, snd_cwnd_stamp, snd_ssthresh, ecn_flags and app_limited, of inet_connection_sock icsk_ca_priv and icsk_ack.pending, of sock sk_pacing_rate and sk_pacing_status; keep other state in icsk_ca_priv or in a map'],
  [/unbounded memory access|min value is (negative|outside)|max value is outside|offset is outside of the packet|makes .* pointer be out of bounds|zero-sized read|access beyond the end|invalid access to (map value|memory|packet|mem)/, 'check the index or length against the size before it is used, in the same variable that is used then; mask it (i & (SIZE - 1)) where the compiler drops the check'],
  [/invalid mem access '(map_value|\w+)_or_null'|may be NULL|possibly NULL pointer|NULL pointer passed/i, 'compare the pointer with NULL before it is followed, on every way that leads here'],
  [/invalid mem access '(scalar|inv)'/, 'this is a number to the verifier and no pointer: it lost track of it by arithmetic, by a cast, or by reading it from memory without type; read kernel memory through a typed pointer or bpf_probe_read_kernel()'],
  [/!read_ok|invalid read from stack|invalid indirect read from stack|uninitiali[sz]ed/, 'give the variable a value on every way that leads here; clear structs with memset or = {} before they are passed on'],
  [/[Uu]nreleased reference|reference leak|reference has not been acquired/, 'release what was acquired on every way to the end: bpf_sk_release(), bpf_ringbuf_submit() or bpf_ringbuf_discard(), bpf_obj_drop(), and so on'],
  [/back-edge|infinite loop detected/, 'give the loop a bound that the verifier can see: a constant, bpf_for() or bpf_loop()'],
  [/program is too large|too many (insn|instruction)|sequence of \d+ jumps is too complex|too many states/, 'the verifier follows every way through the program: make loops shorter, move their bodies into bpf_loop() or global functions, or join branches'],
  [/stack (limit|size|of)|[Cc]ombined stack|invalid (write to|variable-offset \w+ (to|from)) stack|call stack .* too deep|stack depth/, 'a program and the functions that it calls share 512 bytes of stack: put large structs into a per-CPU array map, and check offsets into arrays on the stack'],
  [/GPL[- ]compatible|cannot call GPL|non-GPL|gpl_only/i, 'declare the license: char _license[] SEC("license") = "GPL";'],
  [/kernel function .* is not allowed|calling kernel function|kfunc .* not allowed/, 'this kind of program, or this member, may not call that function; the functions for algorithms are those that tcp_cubic, tcp_dctcp, tcp_bbr and bpf_tcp_ca.c register'],
  [/unknown func|helper call is not allowed|program of this type cannot use helper|invalid func unknown/, 'the kernel does not have this helper, or not for this kind of program or member; release() may not call bpf_setsockopt(), for example'],
  [/invalid bpf_context access|invalid \w+ access off=|func .* doesn't have|arg\d+ .*type/, 'the program reads an argument that its kernel function does not have, or in another size: compare its parameters with those of the member (ccdk check warns about them)'],
  [/dereference of modified|R\d+ pointer arithmetic|arithmetic (on|with)|prohibited|math between/, 'use the pointer as it was given: add constants only, or compute with a number and check it first'],
  [/type=\S+ expected=|expected pointer to|must (be|point to|have)|is not a .*pointer|expects? .*(pointer|type)/, 'pass what the function is declared to take; what the verifier knows of each register stands above'],
  [/unreachable insn|jump out of range|last insn is not|invalid insn|unknown opcode/, 'the compiler wrote instructions that this kernel does not take: compile for an older set with -mcpu=v3, and see that functions return'],
  [/At program exit|has value .* should have been|has unknown scalar value|R0 (leaks|is not|has)/, 'return a value that the kernel expects of this program on every way'],
  [/sleep(able|ing)|might_sleep/, 'this function may sleep: use it in a program of section struct_ops.s, outside of locks and RCU sections'],
  [/rcu_read_(un)?lock|in rcu|rcu_ptr|untrusted_ptr/, 'hold bpf_rcu_read_lock() while such a pointer is used, and do not keep it beyond'],
  [/spin_?lock|lock is still|holding a lock|inside bpf_spin/, 'unlock on every way before the program ends or calls something else'],
  [/[Mm]ap .*(not allowed|incompatible|read-only|write into map forbidden)|cannot pass map_type|write into map/, 'this map does not allow that: const variables and .rodata cannot be written, and each kind of map has its own helpers'],
  [/div by zero/, 'compare the divisor with zero first'],
  [/initialized (dynptr|iter_\w+)|referenced dynptr|write to dynptr/, 'make it with its own constructor on the stack, pass its address as it is, and destroy it before the stack is used again'],
  [/preempt_disable|BPF_EXIT instruction .* inside/, 'leave the section on every way before the program ends'],
  [/misaligned/, 'read and write at multiples of the size, or byte by byte'],
  [/attach_btf_id|attach to unsupported member|struct_ops is not supported|Tracing programs must|invalid struct_ops/, 'the kernel has no such member that BPF may implement: check the object against it (ccdk check)'],
]

/** What to do about a refusal, in plain words; null for one that is not known. */
export const suggestionFor = (reason: string): string | null => suggestions.find(([pattern]) => pattern.test(reason))?.[1] ?? null
