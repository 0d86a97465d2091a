import { ET } from '../../../elf/index.ts'
import { hasCookies } from '../../target/cookies.ts'
import type { LoadedObject } from '../../load/loaded.ts'
import type { Handle } from '../../target/handle.ts'
import { ATTACH_TYPE } from '../../uapi.ts'
import { type Binary, openBinary } from '../binary.ts'
import { given, type ProbeRequest } from '../options.ts'
import type { ProbeAttachment } from '../probe-attachment.ts'
import { ProbeLinks } from '../probe-links.ts'
import { addressInProcess } from './address.ts'
import { attachesAtOnce } from './at-once.ts'
import { probeNames, type UsdtPlace, usdtPlaces } from './places.ts'
import { addressesMap, Specs } from './specs.ts'

/**
 * Attaches a program to a probe that a program or library was compiled with, wherever it stands:
 * `usdt/BINARY:PROVIDER:NAME`, or the same in the options. The cookie is that of `bpf_usdt_cookie`.
 */
export function attachUsdt(loaded: LoadedObject, program: Handle, request: ProbeRequest): ProbeLinks {
  const { binary, provider, name } = probeOf(request)
  const opened = openBinary(binary, request)
  const places = usdtPlaces(opened, provider, name)
  if (places.length === 0) {
    const others = probeNames(opened)
    const hint = others.length === 0 ? 'it has no probes at all' : `it has ${others.slice(0, 20).join(', ')}${others.length > 20 ? ', …' : ''}`
    return request.fail(`${opened.path} has no probe ${provider}:${name}`, hint)
  }
  // Taken apart backwards: first nothing runs any more, then the specs are free.
  using undo = new DisposableStack()
  const specs = new Specs(loaded, request.cookie ?? 0n, undo)
  const withSpecs = places.map((place) => ({ place, spec: specs.idOf(place.arguments) }))
  const attach = (to: ProbeAttachment): Handle => undo.use(loaded.target.attach(program, to))
  const links = attachesAtOnce(loaded.target)
    ? [attach(allPlaces(opened, withSpecs, request))]
    : withSpecs.map(({ place, spec }) => {
        const { offset, referenceCounter } = place
        const at = { way: 'uprobe' as const, file: opened.path, offset, referenceCounter, onReturn: false, ...given({ pid: request.pid }) }
        if (hasCookies(loaded.target)) return attach({ ...at, cookie: BigInt(spec) })
        noteAddress(loaded, opened, place, spec, request, undo)
        return attach(at)
      })
  return new ProbeLinks(links, undo.move())
}

function probeOf(request: ProbeRequest): { binary: string; provider: string; name: string } {
  const [, said = '', ofProvider = '', ofName = ''] = /^(.+):([^:]+):([^:]+)$/.exec(request.target) ?? []
  const { section, binary = said, provider = ofProvider, name = ofName } = request
  const hint = `write SEC("${section}/BINARY:PROVIDER:NAME"), or pass binary, provider and name`
  if (binary === '' || provider === '' || name === '') request.fail('no probe is named', hint)
  return { binary, provider, name }
}

interface WithSpec {
  place: UsdtPlace
  spec: number
}

/** One link for all places. */
function allPlaces({ path }: Binary, places: readonly WithSpec[], { pid }: ProbeRequest): ProbeAttachment {
  const at = places.map(({ place: { offset, referenceCounter }, spec }) => ({ offset, referenceCounter, cookie: BigInt(spec) }))
  return { way: 'uprobe_multi', file: path, places: at, attachType: ATTACH_TYPE.TRACE_UPROBE_MULTI, onReturn: false, ...given({ pid }) }
}

/** Without cookies the BPF side finds the spec by the address that the program is interrupted at. */
function noteAddress(loaded: LoadedObject, { path, elf }: Binary, place: UsdtPlace, spec: number, request: ProbeRequest, undo: DisposableStack): void {
  const { pid, fail } = request
  if (elf.type !== ET.EXEC && pid === undefined) {
    return fail(`${path} is at another address in each process, and this kernel has no cookies of probes`, 'give the pid of one process that runs')
  }
  const address = pid === undefined || elf.type === ET.EXEC ? place.address : addressInProcess(pid, path, place.offset)
  if (address === undefined) return fail(`process ${pid} does not run ${path}`, 'give the pid of one that has it in its memory')
  const addresses = loaded.map<bigint, number>(addressesMap)
  addresses.set(address, spec)
  undo.defer(() => void addresses.delete(address))
}
