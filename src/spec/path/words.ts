import { formatBytes, formatRate, formatTime } from '../../units/index.ts'
import type { PathLink } from './link.ts'

type Direction = PathLink['right']

/** What a path is: two lines a link, its way there and its way back. */
export function linkLines(links: readonly PathLink[]): string[] {
  return links.flatMap(({ right, left }, index) => {
    const which = links.length === 1 ? '' : `link ${index + 1}: `
    const rtt = `${formatTime(right.delay + left.delay)} there and back`
    const there = `${which}${rateOf(right)}, ${rtt}, ${queueOf(right)}${extras(right)}`
    const back = `${which}back ${rateOf(left)}, ${queueOf(left)}${extras(left)}`
    return [there, back]
  })
}

function rateOf({ rate }: Direction): string {
  switch (rate.kind) {
    case 'constant':
      return formatRate(rate.rate)
    case 'steps':
      return `${rate.steps.length} rates in turn`
    case 'trace':
      return `the trace ${rate.file}`
  }
}

function queueOf({ queue, rate }: Direction): string {
  const { kind, limit } = queue
  const sizes = [
    ...(limit.packets === undefined ? [] : [`${limit.packets} packets`]),
    ...(limit.bytes === undefined ? [] : [formatBytes(limit.bytes), ...drainTime(limit.bytes, rate)]),
  ]
  const name = kind === 'step' ? 'droptail' : kind
  return `queue ${name} of ${sizes.join(', ') || 'any size'}${kind === 'step' ? `, marked above ${stepOf(queue)}` : ''}`
}

/** How long so many bytes wait, at a rate that does not vary. */
const drainTime = (bytes: number, rate: Direction['rate']): string[] =>
  rate.kind === 'constant' ? [formatTime(Math.round((bytes * 8e4) / rate.rate) * 1e5)] : []

function stepOf({ packets, bytes, delay }: Extract<Direction['queue'], { kind: 'step' }>): string {
  const sizes = [
    ...(packets === undefined ? [] : [`${packets} packets`]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(delay === undefined ? [] : [formatTime(delay)]),
  ]
  return sizes.join(' or ')
}

function extras({ loss, jitter, duplicate }: Direction): string {
  const said = [
    ...(loss === undefined ? [] : [loss.kind === 'independent' ? `loss ${loss.probability * 100}%` : `${loss.kind} loss`]),
    ...(jitter === undefined || jitter === 0 ? [] : [`jitter ${formatTime(jitter)}`]),
    ...(duplicate === undefined ? [] : [`${duplicate * 100}% twice`]),
  ]
  return said.map((one) => `, ${one}`).join('')
}
