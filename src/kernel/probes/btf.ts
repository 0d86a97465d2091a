import { BtfBuilder } from '../../btf/index.ts'
import type { Answer, Feature } from '../../loader/index.ts'
import { bpfCall } from '../bpf/command.ts'
import { btfLoad } from '../bpf/layouts.ts'
import { answerOf } from './ask.ts'

type BtfFeature = Extract<Feature, `btf_${string}`>

/** The least BTF with each feature; `int` is there already. */
const samples: Readonly<Record<BtfFeature, (builder: BtfBuilder, int: number) => void>> = {
  btf_func: (builder, int) => void builder.func('f', builder.funcProto(0, [{ name: 'a', type: int }]), 0),
  btf_func_linkage: (builder, int) => void builder.func('f', builder.funcProto(0, [{ name: 'a', type: int }]), 1),
  btf_datasec: (builder, int) => section(builder, int, '.data'),
  btf_question: (builder, int) => section(builder, int, '?.data'),
  btf_float: (builder) => void builder.float('float', 4),
  btf_decl_tag: (builder, int) => void builder.declTag('tag', builder.typedef('t', int)),
  btf_type_tag: (builder, int) => void builder.ptr(builder.typeTag('tag', int)),
  btf_enum64: (builder) => void builder.enum64('e', [{ name: 'E', value: 1n }]),
}

function section(builder: BtfBuilder, int: number, name: string): void {
  builder.datasec(name, 4, [{ type: builder.var('v', int, 0), offset: 0, size: 4 }])
}

/** Whether the kernel takes BTF with this feature in it. */
export function probeBtf(feature: BtfFeature): Answer {
  const builder = new BtfBuilder()
  samples[feature](builder, builder.int('int', 4, { signed: true }))
  return answerOf(loadSample(builder.encode()))
}

/** The descriptor of a BTF, or a negative errno. */
export const loadSample = (bytes: Uint8Array): number =>
  bpfCall('BPF_BTF_LOAD', btfLoad, { btf: bytes, btf_size: bytes.length }).result
