import type { Key } from '../../../spec/index.ts'
import { formatTime } from '../../../units/index.ts'
import type { Durations } from '../plans/durations.ts'
import type { Traffic } from '../plans/traffic.ts'
import { meanSize } from '../sizes/distribution.ts'
import type { Around } from './context.ts'
import { type ItemSpec, kinds } from './schema.ts'
import { resolveSizes } from './sizes.ts'

/** Flows of an item that another program sends. */
const mostPrograms = 64

interface Resolved {
  /** For how long each flow sends, or for how long flows begin, ns. */
  length: number
  traffic: Traffic
}

type Spec<K extends (typeof kinds)[number]> = NonNullable<ItemSpec[K]>

export function resolveTraffic(spec: ItemSpec, around: Around): Resolved {
  const kind = kinds.find((each) => spec[each] !== undefined)
  const below: Around = kind === undefined ? around : { ...around, keys: [...around.keys, kind] }
  const { bulk, shortFlows, onOff, requestResponse, incast, video } = spec
  if (bulk !== undefined) return resolveBulk(bulk, below)
  if (shortFlows !== undefined) return resolveShortFlows(shortFlows, spec, below)
  if (onOff !== undefined) return resolveOnOff(onOff, below)
  if (requestResponse !== undefined) return resolveRequestResponse(requestResponse, below)
  if (incast !== undefined) return resolveIncast(incast, below)
  if (video !== undefined) return resolveVideo(video, below)
  throw around.error(around.keys, `expected one of ${kinds.join(', ')}`)
}

function timesOf({ seconds }: { seconds: number }, around: Around): { length: number } {
  return { length: Math.round(above0(seconds, 'seconds', around)) }
}

const flowsOf = ({ flows, stagger }: { flows: number; stagger: number }) => ({ flows, stagger: Math.round(stagger) })

function resolveBulk(spec: Spec<'bulk'>, around: Around): Resolved {
  const { error, keys } = around
  const times = timesOf(spec, around)
  if (spec.generator === 'ccdk') return { ...times, traffic: { kind: 'bulk', ...flowsOf(spec) } }
  if (times.length % 1e9 !== 0) throw error([...keys, 'seconds'], 'expected whole seconds: iperf3 knows no parts of one')
  if (spec.flows > mostPrograms) throw error([...keys, 'flows'], `expected no more than ${mostPrograms} flows of iperf3: each is a program at either end`)
  return { ...times, traffic: { kind: 'bulk', ...flowsOf(spec), generator: spec.generator } }
}

function resolveShortFlows(spec: Spec<'shortFlows'>, { direction }: ItemSpec, around: Around): Resolved {
  const { load, interval, arrivals } = spec
  const { error, keys, rates } = around
  const { length } = timesOf(spec, around)
  const sizes = resolveSizes(spec.sizes, { ...around, keys: [...keys, 'sizes'] })
  const mean =
    load === undefined
      ? above0(interval ?? 0, 'interval', around)
      : (meanSize(sizes) * 8e9) / (above0(load, 'load', around) * rates[direction])
  if (mean > length) {
    throw error(keys, `a flow each ${formatTime(Math.round(mean))} in the mean is not one within ${formatTime(length)}: expected more flows, smaller ones (largest: 1mb) or more seconds`)
  }
  return { length, traffic: { kind: 'shortFlows', gaps: { kind: arrivals === 'fixed' ? 'fixed' : 'exponential', mean }, sizes } }
}

function resolveOnOff(spec: Spec<'onOff'>, around: Around): Resolved {
  const { times, shape } = spec
  const { error, keys } = around
  const at: readonly Key[] = [...keys, 'shape']
  if (shape !== undefined && times !== 'pareto') throw error(at, 'expected times: pareto with it: the others have no shape')
  if (shape !== undefined && shape <= 1) throw error(at, 'expected more than 1: else the mean has no bounds')
  const durations = (key: 'on' | 'off'): Durations => {
    const mean = above0(spec[key], key, around)
    return times === 'pareto' ? { kind: times, mean, shape: shape ?? 1.5 } : { kind: times, mean }
  }
  return { ...timesOf(spec, around), traffic: { kind: 'onOff', ...flowsOf(spec), on: durations('on'), off: durations('off') } }
}

function resolveRequestResponse(spec: Spec<'requestResponse'>, around: Around): Resolved {
  const request = wholeBytes(spec.request, 'request', around)
  const response = wholeBytes(spec.response, 'response', around)
  const traffic = { kind: 'requestResponse', ...flowsOf(spec), request, response, think: Math.round(spec.think) } as const
  return { ...timesOf(spec, around), traffic }
}

function resolveIncast(spec: Spec<'incast'>, around: Around): Resolved {
  const bytes = wholeBytes(spec.bytes, 'bytes', around)
  return { ...timesOf(spec, around), traffic: { kind: 'incast', senders: spec.senders, bytes, every: wholeNs(spec.every, 'every', around) } }
}

function resolveVideo(spec: Spec<'video'>, around: Around): Resolved {
  const { bitrates } = spec
  for (const [index, rate] of bitrates.entries()) above0(rate, index, { ...around, keys: [...around.keys, 'bitrates'] })
  return { ...timesOf(spec, around), traffic: { kind: 'video', ...flowsOf(spec), chunk: wholeNs(spec.chunk, 'chunk', around), bitrates } }
}

function above0(value: number, key: Key, { error, keys }: Around): number {
  if (value > 0) return value
  throw error([...keys, key], 'expected more than 0')
}

/** Less than a ns is rounded to one. */
const wholeNs = (time: number, key: Key, around: Around): number => Math.max(1, Math.round(above0(time, key, around)))

function wholeBytes(value: number, key: Key, around: Around): number {
  if (Number.isSafeInteger(above0(value, key, around))) return value
  throw around.error([...around.keys, key], 'expected a whole number of bytes')
}
