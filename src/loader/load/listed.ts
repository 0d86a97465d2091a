import type { KernelFacts } from '../target/kernel-facts.ts'

/** Whether an enum of the kernel's own types has a number. The last of such a list counts the others. */
export function isListed(kernel: KernelFacts, list: string, number: number): boolean {
  const btf = kernel.kernelBtf()
  const type = btf.type(btf.find(list, 'enum') ?? 0)
  return type.kind !== 'enum' || type.values.some(({ name, value }) => Number(value) === number && !name.startsWith('__MAX'))
}
