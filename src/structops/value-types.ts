import type { Btf } from '../btf/index.ts'
import { UnsupportedKernelError } from '../errors/index.ts'
import type { Target } from '../loader/index.ts'

/** What a value struct's name begins with, before the name of the struct that BPF implements. */
export const valuePrefix = 'bpf_struct_ops_'

/**
 * The types that hold a map's value struct: the kernel's own, or those of the module that brings the struct. All modules
 * count their types from where the kernel's end, so there the name has to tell.
 */
export function valueTypes(target: Pick<Target, 'kernelBtf' | 'moduleBtfs'>, valueType: number): Btf {
  const kernel = target.kernelBtf()
  if (valueType < kernel.endId) return kernel
  const module = target
    .moduleBtfs()
    .find(({ btf }) => valueType < btf.endId && btf.name(valueType).startsWith(valuePrefix))
  if (module !== undefined) return module.btf
  throw new UnsupportedKernelError({
    feature: `types of the module that brings struct_ops value type ${valueType}`,
    config: 'CONFIG_DEBUG_INFO_BTF_MODULES',
  })
}
