import { Random } from '../../../link-model/index.ts'
import { sizeAt } from '../sizes/distribution.ts'
import { draw } from './durations.ts'
import type { FlowPlan } from './plan.ts'
import type { Item, Traffic } from './traffic.ts'

type Plans = Iterator<FlowPlan>
type Of<Kind extends Traffic['kind']> = Extract<Traffic, { kind: Kind }>

/** An item of a workload, and where its plans and its random numbers come from. */
interface Around {
  /** What all plans of the item have in common. */
  common: Pick<FlowPlan, 'direction' | 'family' | 'cc' | 'arm' | 'workload'>
  item: Item
  /** Random numbers for one use, which do not depend on what any other use draws. */
  random: (use: string) => Random
}

/** The plans of an item, as series of which each is in order of time. */
export function seriesOf(item: Item, workload: number, seed: number): Plans[] {
  const { direction, family, cc, arm, traffic } = item
  const around: Around = {
    common: { direction, family, ...(cc === undefined ? {} : { cc }), ...(arm === undefined ? {} : { arm }), workload },
    item,
    random: (use) => new Random(seed, `workload/${workload}/${use}`),
  }
  switch (traffic.kind) {
    case 'bulk':
      return [bulk(traffic, around)]
    case 'shortFlows':
      return [shortFlows(traffic, around)]
    case 'onOff':
      return Array.from({ length: traffic.flows }, (_, flow) => onOff(traffic, around, flow))
    case 'requestResponse':
      return [requestResponse(traffic, around)]
    case 'incast':
      return [incast(traffic, around)]
    case 'video':
      return Array.from({ length: traffic.flows }, (_, flow) => video(traffic, around, flow))
  }
}

/** When a flow begins and ends that sends for a time. */
function timesOf({ stagger }: { stagger: number }, { item }: Around, flow: number): { at: number; until: number } {
  const at = item.start + flow * stagger
  return { at, until: at + item.length }
}

/** The hosts of a flow: those of each end in turn. */
const hostsOf = ({ item }: Around, flow: number) => ({ client: flow % item.clients, server: flow % item.servers })

function* bulk(traffic: Of<'bulk'>, around: Around): Plans {
  const { generator } = traffic
  const sender = generator === undefined ? {} : { generator }
  for (let flow = 0; flow < traffic.flows; flow += 1) {
    yield { kind: 'bulk', ...timesOf(traffic, around, flow), ...sender, ...hostsOf(around, flow), ...around.common, flow, last: true }
  }
}

function* shortFlows({ gaps, sizes }: Of<'shortFlows'>, { common, item, random }: Around): Plans {
  const [gap, size, host] = [random('gaps'), random('sizes'), random('hosts')]
  const pick = (hosts: number): number => Math.floor(host.float() * hosts)
  let at = item.start + (gaps.kind === 'fixed' ? 0 : draw(gaps, gap))
  for (let flow = 0; at < item.start + item.length; flow += 1) {
    const [bytes, client, server] = [sizeAt(sizes, size.float()), pick(item.clients), pick(item.servers)]
    yield { kind: 'shortFlows', at, bytes, client, server, ...common, flow, last: true }
    at += draw(gaps, gap)
  }
}

function* onOff(traffic: Of<'onOff'>, around: Around, flow: number): Plans {
  const { at: first, until: end } = timesOf(traffic, around, flow)
  const [on, off] = [around.random(`on/${flow}`), around.random(`off/${flow}`)]
  for (let at = first; at < end; ) {
    const until = Math.min(end, at + draw(traffic.on, on))
    const next = until + draw(traffic.off, off)
    yield { kind: 'onOff', at, until, ...hostsOf(around, flow), ...around.common, flow, last: next >= end }
    at = next
  }
}

function* requestResponse(traffic: Of<'requestResponse'>, around: Around): Plans {
  const { kind, request, response, think } = traffic
  for (let flow = 0; flow < traffic.flows; flow += 1) {
    yield { kind, request, response, think, ...timesOf(traffic, around, flow), ...hostsOf(around, flow), ...around.common, flow, last: true }
  }
}

/** All senders are at one end, and one host of the other end receives. */
function* incast({ senders, bytes, every }: Of<'incast'>, around: Around): Plans {
  const { start, length, direction } = around.item
  for (let at = start; at < start + length; at += every) {
    for (let flow = 0; flow < senders; flow += 1) {
      const { client, server } = hostsOf(around, flow)
      const hosts = direction === 'forward' ? { client, server: 0 } : { client: 0, server }
      yield { kind: 'incast', at, bytes, ...hosts, ...around.common, flow, last: at + every >= start + length }
    }
  }
}

function* video(traffic: Of<'video'>, around: Around, flow: number): Plans {
  const { at: first, until: end } = timesOf(traffic, around, flow)
  const { bitrates, chunk } = traffic
  let count = 0
  for (let at = first; at < end; at += chunk) {
    const bytes = Math.max(1, Math.round(((bitrates[count % bitrates.length] ?? 0) * chunk) / 8e9))
    yield { kind: 'video', at, bytes, ...hostsOf(around, flow), ...around.common, flow, last: at + chunk >= end }
    count += 1
  }
}
