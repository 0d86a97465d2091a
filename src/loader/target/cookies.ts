import type { Btf } from '../../btf/index.ts'
import type { KernelFacts } from './kernel-facts.ts'

/** Whether a program can ask for a number that was given when it was attached. */
export const hasCookies = (facts: KernelFacts): boolean => hasEnumerator(facts.kernelBtf(), 'bpf_func_id', 'BPF_FUNC_get_attach_cookie')

function hasEnumerator(btf: Btf, name: string, enumerator: string): boolean {
  const id = btf.find(name, 'enum')
  const type = id === undefined ? undefined : btf.type(id)
  return type?.kind === 'enum' && type.values.some((value) => value.name === enumerator)
}
