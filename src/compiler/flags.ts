/**
 * How BPF is compiled. The instruction set is that of Linux 5.1 and so of every kernel with struct_ops. Distributions
 * that have every program compiled with a stack protector mean none for BPF.
 */
const language = ['-O2', '-g', '--target=bpf', '-mcpu=v3', '-std=gnu11', '-fno-stack-protector']
const warnings = ['-Wall', '-Wextra', '-Wno-unused-parameter']

/** The arguments of clang that write an object to stdout. An option of the caller's wins over one of these. */
export const compileArguments = (source: string, include: string, flags: readonly string[]): string[] => [
  ...language,
  ...warnings,
  '-I',
  include,
  ...flags,
  '-c',
  source,
  '-o',
  '-',
]
