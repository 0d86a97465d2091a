import { formatBytes, formatRate, formatTime } from '../../../units/index.ts'
import { meanSize } from '../sizes/distribution.ts'
import type { Item, Traffic } from './traffic.ts'

/** What an item of a workload sends, in words: `4 flows that send all the time, for 10s`. */
export function itemWords(item: Item): string {
  const { traffic, start, length, direction, family, cc, arm } = item
  const more = [
    ...('stagger' in traffic && traffic.stagger > 0 && traffic.flows > 1 ? [`each ${formatTime(traffic.stagger)} after the one before`] : []),
    `for ${formatTime(length)}`,
    ...(start === 0 ? [] : [`from ${formatTime(start)} on`]),
    ...(direction === 'reverse' ? ['to the clients'] : []),
    ...(family === 'ipv6' ? ['over IPv6'] : []),
    ...(cc === undefined ? [] : [`with ${cc}, in the background`]),
    ...(arm === undefined ? [] : [`of arm ${arm}`]),
  ]
  return [trafficWords(traffic), ...more].join(', ')
}

function trafficWords(traffic: Traffic): string {
  switch (traffic.kind) {
    case 'bulk':
      return `${flows(traffic)} that ${traffic.flows === 1 ? 'sends' : 'send'} all the time`
    case 'shortFlows':
      return `short flows of ${roughBytes(meanSize(traffic.sizes))} on average, one each ${roughTime(traffic.gaps.mean)}`
    case 'onOff':
      return `${flows(traffic)}, on for ${roughTime(traffic.on.mean)} and off for ${roughTime(traffic.off.mean)} in turn`
    case 'requestResponse':
      return `${flows(traffic)} that ${traffic.flows === 1 ? 'asks' : 'ask'} for ${formatBytes(traffic.response)} again and again`
    case 'incast':
      return `${traffic.senders} senders of ${formatBytes(traffic.bytes)} each at once, every ${formatTime(traffic.every)}`
    case 'video':
      return `${flows(traffic)} of video at ${traffic.bitrates.map(formatRate).join(', ')}`
  }
}

const flows = ({ flows: count }: { flows: number }): string => (count === 1 ? '1 flow' : `${count} flows`)

// Means by chance have no more digits worth reading.
const rough = (value: number): number => Math.round(Number(value.toPrecision(3)))
const roughBytes = (bytes: number): string => formatBytes(rough(bytes))
const roughTime = (ns: number): string => formatTime(rough(ns))
