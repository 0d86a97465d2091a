import { parseBtf } from '../../../src/btf/index.ts'
import { minimise } from '../../../src/core-relo/index.ts'
import { collect } from '../../../src/errors/index.ts'
import { linkObjects } from '../../../src/linker/index.ts'
import { features, type KernelFacts, load, MAP_TYPE, openObject, prepare, RecordingTarget, summarizeVerifierLog } from '../../../src/loader/index.ts'
import { kernelOf, thisKernelsBtf } from '../../support/this-kernel.ts'
import type { FuzzTarget } from '../case.ts'
import { edits } from '../mutate.ts'
import { hasKernel, smallKernel } from '../small-kernel.ts'

const nothingNew = Object.fromEntries(Object.keys(features).map((feature) => [feature, 'no' as const]))

/** Opens an object, binds it to a kernel and loads it into one that takes everything. Nothing may be left of it. */
function loadInto(bytes: Uint8Array, facts: KernelFacts, isOld: boolean): void {
  const prepared = prepare(openObject(bytes, 'fuzz.bpf.o'), facts)
  // A recorder would have to have as much memory as it, up to 4 GiB.
  if (prepared.object.maps.some(({ type }) => type === MAP_TYPE.ARENA)) return
  const target = new RecordingTarget(facts, isOld ? { features: nothingNew } : {})
  collect([], () => {
    using loaded = load(prepared, target)
    for (const name of loaded.maps.keys()) collect([], () => loaded.map(name))
  })
  if (target.open.length > 0) throw new Error(`still open: ${target.open.join(', ')}`)
}

/** Objects with parts changed. */
export const objects: FuzzTarget = {
  name: 'object',
  share: 6,
  make(random, corpus) {
    const seed = random.pick(corpus)
    const { bytes, fields } = seed.object
    // The running kernel where it says its types, else one that has those of the object itself.
    const kernel = kernelOf(hasKernel && !random.once(3) ? thisKernelsBtf() : seed.btf)
    const isOld = random.once(4)
    return { from: seed.name, bytes, edits: edits(random, bytes, fields), run: (damaged) => loadInto(damaged, kernel, isOld) }
  },
}

/** Undamaged objects on kernels whose types have parts changed, and what is chosen of those types for them. */
export const kernels: FuzzTarget = {
  name: 'kernel',
  share: 2,
  make(random, corpus) {
    const [seed, user] = [random.pick(corpus), random.pick(corpus)]
    const isReal = hasKernel && random.once(2)
    const { bytes, fields } = isReal ? smallKernel() : seed.types
    const object = (random.once(2) ? seed : user).object.bytes
    return {
      from: `${isReal ? 'some types of this kernel' : `types of ${seed.name} as a kernel's`}, for ${user.name} or ${seed.name}`,
      bytes,
      edits: edits(random, bytes, fields),
      run(damaged) {
        const kernel = parseBtf(damaged, { file: 'fuzz.btf' })
        const { btf, functions } = openObject(object, 'fuzz.bpf.o')
        const relocations = functions.flatMap(({ coreRelocations }) => coreRelocations)
        collect([], () => parseBtf(minimise(kernel, [{ btf, relocations }]).encode(), { file: 'minimised' }))
        loadInto(object, kernelOf(kernel), false)
      },
    }
  },
}

/** Objects with parts changed, linked with whole ones. What comes out must open. */
export const links: FuzzTarget = {
  name: 'link',
  share: 2,
  make(random, corpus) {
    const [seed, other] = [random.pick(corpus), random.pick(corpus)]
    const { bytes, fields } = seed.object
    return {
      from: `${seed.name} linked with ${other.name}`,
      bytes,
      edits: edits(random, bytes, fields),
      run(damaged) {
        const linked = linkObjects([{ bytes: damaged, file: 'fuzz.bpf.o' }, { bytes: other.object.bytes, file: 'whole.bpf.o' }])
        openObject(linked.bytes, 'linked.bpf.o')
      },
    }
  },
}

const log = Buffer.from(`0: R1=ctx() R10=fp0
; void BPF_PROG(writes, struct sock *sk, u32 ack, u32 acked) @ writes.bpf.c:8
0: (79) r1 = *(u64 *)(r1 +0)
; tcp_sk(sk)->srtt_us = 0; @ writes.bpf.c:10
1: (b7) r2 = 0                        ; R2_w=0
2: (63) *(u32 *)(r1 +1876) = r2
3: <invalid CO-RE relocation> 85 call 195896080 call unknown#195896080
no write support to tcp_sock at off 1876
processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1
`)

/** The verifier's log, which says what is in an object's strings. */
export const logs: FuzzTarget = {
  name: 'log',
  share: 1,
  make(random) {
    const lines = log.toString().split('\n')
    const bytes = Buffer.from(Array.from({ length: random.below(60) }, () => random.pick(lines)).join('\n'))
    const fields = new Map([['text', [...bytes.keys()].map((at) => ({ what: 'text', at, width: 1 as const }))]])
    const changes = bytes.length === 0 ? [] : edits(random, bytes, fields)
    return { from: 'lines of logs', bytes, edits: changes, run: (damaged) => void summarizeVerifierLog(Buffer.from(damaged).toString()) }
  },
}
