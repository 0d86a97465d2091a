import { z } from 'zod'
import { nearestName } from '../../../btf-match/index.ts'
import { bytesSchema, exactlyOne, quantitySchema, rateSchema, strict, timeSchema } from '../../../spec/index.ts'
import { quantity } from '../../../units/index.ts'
import { shippedSizes } from '../sizes/shipped.ts'

/** ns. The unit is in the name of the key, so that the number has none. */
const seconds = quantitySchema(quantity({ id: 'seconds', noun: 'seconds without a unit', example: '10 or 0.5', units: { '': [9] }, printed: [''] }))
const load = quantitySchema(quantity({ id: 'load', noun: 'a load', example: '0.3 or 30%', units: { '': [0], '%': [-2] }, printed: ['%', ''], most: 1 }))

const many = z.int().min(1).max(10_000)
const flows = {
  flows: many.default(1).describe('How many.'),
  seconds: seconds.describe('For how long each of them sends.'),
  stagger: timeSchema.default(0).describe('How much later each begins than the one before.'),
}

/** Programs that can send what a bulk item says. */
const generators = ['ccdk', 'iperf3'] as const

const sizesExample = `${shippedSizes.join(', ')}, bytes such as 10kb, or { file: sizes.txt }`

function unknownSizes(found: string): string {
  const nearest = nearestName(found, shippedSizes)
  return `expected ${sizesExample}, not ${JSON.stringify(found.slice(0, 40))}${nearest === null ? '' : `: did you mean ${nearest}?`}`
}

const sizesSchema = z
  .union(
    [
      z.enum(shippedSizes),
      bytesSchema,
      strict({
        distribution: z.enum(shippedSizes).optional(),
        file: z.string().min(1).optional().describe('A file of your own, found from the file that names it.'),
        scale: z.number().positive().optional().describe('Each size times this.'),
        largest: bytesSchema.optional().describe('Larger flows are left out.'),
      }).check(exactlyOne('distribution', 'file')),
    ],
    { error: ({ input }) => (typeof input === 'string' ? unknownSizes(input) : `expected ${sizesExample}`) },
  )
  .meta({ id: 'sizes', description: `How large flows are: ${sizesExample}.` })

/** The kinds of traffic, and what each is told. */
const kindShapes = {
  bulk: strict({
    ...flows,
    generator: z.enum(generators).default('ccdk').describe('Who sends. iperf3 has to be installed, and takes whole seconds.'),
  }).describe('Flows that send all the time.'),
  shortFlows: strict({
    load: load.optional().describe("Of the bottleneck's rate."),
    interval: timeSchema.optional().describe('The mean time from one flow to the next, instead of a load.'),
    arrivals: z.enum(['poisson', 'fixed']).default('poisson'),
    sizes: sizesSchema,
    seconds: seconds.describe('For how long flows begin.'),
  })
    .check(exactlyOne('load', 'interval'))
    .describe('Flows of some bytes each.'),
  onOff: strict({
    ...flows,
    on: timeSchema.describe('For how long it sends, in the mean.'),
    off: timeSchema.describe('For how long it is silent, in the mean.'),
    times: z.enum(['exponential', 'fixed', 'pareto']).default('exponential'),
    shape: z.number().optional().describe('Of the Pareto distribution. Default 1.5.'),
  }).describe('Flows that send, are silent, and send again.'),
  requestResponse: strict({
    ...flows,
    request: bytesSchema.default(100),
    response: bytesSchema,
    think: timeSchema.default(0).describe('From an answer to the next request.'),
  }).describe('One host asks, the other answers, again and again.'),
  incast: strict({
    senders: many,
    bytes: bytesSchema.describe('From each sender, each time.'),
    every: timeSchema,
    seconds: seconds.describe('For how long this goes on.'),
  }).describe('Many send to one host at once.'),
  video: strict({
    ...flows,
    chunk: timeSchema.default(4e9).describe('How much time a chunk plays, and so from one chunk to the next.'),
    bitrates: z.array(rateSchema).min(1).max(1000).describe('Of the first chunk, the second, …; then again from the first.'),
  }).describe('A chunk of video at a time.'),
}

export const kinds = ['bulk', 'shortFlows', 'onOff', 'requestResponse', 'incast', 'video'] as const satisfies (keyof typeof kindShapes)[]

// ABI: TCP_CA_NAME_MAX is 16 with the 0 at its end, net/tcp.h.
const algorithmName = z.string().regex(/^[\w.-]{1,15}$/, { error: 'expected the name of a congestion control, such as cubic' })

const itemSchema = strict({
  bulk: kindShapes.bulk.optional(),
  shortFlows: kindShapes.shortFlows.optional(),
  onOff: kindShapes.onOff.optional(),
  requestResponse: kindShapes.requestResponse.optional(),
  incast: kindShapes.incast.optional(),
  video: kindShapes.video.optional(),
  cc: algorithmName.optional().describe('A congestion control of its own, whatever is tested.'),
  arm: z.string().min(1).optional().describe('The arm it belongs to, where arms share the link.'),
  start: timeSchema.default(0).describe('When it begins.'),
  direction: z.enum(['forward', 'reverse']).default('forward').describe('forward is from the clients to the servers.'),
  family: z.enum(['ipv4', 'ipv6']).default('ipv4'),
}).check(exactlyOne(...kinds))

/** What stands under `workload:`. */
export const workloadSchema = z.array(itemSchema).min(1).max(100)

/** A file that holds a workload and no more. */
export const workloadDocument = strict({ workload: workloadSchema })

export type WorkloadSpec = z.output<typeof workloadSchema>
export type WorkloadInput = z.input<typeof workloadSchema>
export type ItemSpec = WorkloadSpec[number]
export type SizesSpec = z.output<typeof sizesSchema>
