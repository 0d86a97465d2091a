import { z } from 'zod'
import { probability, rate, time } from '../../units/index.ts'
import { exactlyOne } from '../document/exactly-one.ts'
import { strict } from '../document/strict.ts'
import { bytesSchema, probabilitySchema, rateSchema, timeSchema } from '../schemas/quantity.ts'
import { sizeSchema, thresholdSchema } from '../schemas/size.ts'

const positive = z.number().positive()
const share = probabilitySchema

const anyRateSchema = z
  .union(
    [
      rateSchema,
      strict({
        steps: z
          .array(strict({ at: timeSchema.describe('From when on, counted from the start.'), rate: rateSchema.describe('0 for an outage.') }))
          .min(1)
          .max(100_000)
          .optional(),
        every: timeSchema.optional().describe('After this time the steps start again.'),
        trace: z.string().min(1).optional().describe("A file in mahimahi's format, found from the file that names it."),
      }).check(exactlyOne('steps', 'trace')),
    ],
    { error: ({ input }) => `${rate.expected(input)}; or { steps: [{ at: 0s, rate: 100mbit }, …] } or { trace: FILE }` },
  )
  .meta({ id: 'linkRate', description: 'How fast the link sends: one rate, steps or a trace.' })

const pickedSchema = z
  .union(
    [
      share,
      strict({
        every: z.int().min(1).optional().describe('The last of every so many packets.'),
        bursts: strict({
          toBad: share.describe('How likely a packet begins a burst.'),
          toGood: share.describe('How likely a packet ends a burst: bursts have 1/toGood packets in the mean.'),
          lossInBad: share.default(1).describe('Within a burst.'),
          lossInGood: share.default(0).describe('Between bursts.'),
        }).optional(),
      }).check(exactlyOne('every', 'bursts')),
    ],
    { error: ({ input }) => `${probability.expected(input)}; or { every: 100 } or { bursts: { toBad: 0.1%, toGood: 25% } }` },
  )
  .meta({ id: 'picked' })

const jitterSchema = z
  .union(
    [
      timeSchema.transform((amount) => ({ amount, distribution: 'uniform' as const, reorder: false })),
      strict({
        amount: timeSchema.describe('Either way when it is uniform, one standard deviation when it is normal.'),
        distribution: z.enum(['uniform', 'normal']).default('uniform'),
        reorder: z.boolean().default(false).describe('Packets may overtake each other.'),
      }),
    ],
    { error: ({ input }) => `${time.expected(input)}; or { amount: 1ms, distribution: normal, reorder: true }` },
  )
  .meta({ id: 'jitter', description: 'How far the delay varies.' })

/** Options of a discipline that may all be left out, so that its name alone is enough. */
const discipline = <Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) =>
  strict(shape).nullable().optional().describe(what)

const codelShape = {
  target: timeSchema.optional().describe('The delay that may stand. Default 5ms.'),
  interval: timeSchema.optional().describe('For how long it may stand. Default 100ms.'),
}

const queueKeys = {
  limit: sizeSchema.default({ unit: 'bdp', value: 1 }).describe('How much waits at most.'),
  ecn: z
    .union([z.boolean(), strict({ step: thresholdSchema.describe('Packets that find more than this are marked, or that waited longer.') })], {
      error: 'expected true or false, or { step: 20p }',
    })
    .optional()
    .describe('Marks packets that can be marked: from a step on, or instead of what the discipline would drop.'),
  droptail: discipline({}, 'Drops what finds no room. The default.'),
  codel: discipline(codelShape, 'RFC 8289.'),
  fq_codel: discipline(
    {
      ...codelShape,
      queues: z.int().min(1).max(65_536).optional().describe('Default 1024.'),
      quantum: bytesSchema.optional().describe('Bytes of a turn. Default 1514.'),
    },
    'RFC 8290. Marks by default.',
  ),
  red: discipline(
    {
      min: sizeSchema.describe('The average from which on it acts.'),
      max: sizeSchema.describe('The average at which it acts with the probability below.'),
      probability: share.optional().describe('Default 10%.'),
      weight: share.optional().describe("One packet's weight in the average. Default 0.002."),
      gentle: z.boolean().optional().describe('Default true.'),
    },
    'Floyd and Jacobson, 1993.',
  ),
  pie: discipline(
    {
      target: timeSchema.optional().describe('Default 15ms.'),
      update: timeSchema.optional().describe('Default 15ms.'),
      burst: timeSchema.optional().describe('Default 150ms.'),
      alpha: positive.optional().describe('Default 0.125, 1/s.'),
      beta: positive.optional().describe('Default 1.25, 1/s.'),
    },
    'RFC 8033.',
  ),
}

const queueSchema = strict(queueKeys)
  .check(({ value, issues }) => {
    const given = disciplines.filter((name) => value[name] !== undefined)
    if (given.length > 1) issues.push({ code: 'custom', message: `expected one discipline, not ${given.join(' and ')}`, input: value })
  })
  .meta({ id: 'queue' })

export const disciplines = ['droptail', 'codel', 'fq_codel', 'red', 'pie'] as const

const direction = {
  delay: timeSchema.optional().describe('Of this direction.'),
  jitter: jitterSchema.optional(),
  loss: pickedSchema.optional().describe('Packets that are lost whatever the queue does.'),
  mark: pickedSchema.optional().describe('Packets that are marked whatever the queue does, if they can be.'),
  duplicate: share.optional().describe('Packets that come twice.'),
  queue: queueSchema.optional(),
  policer: strict({ rate: rateSchema, burst: bytesSchema.describe('What may come at once.') })
    .optional()
    .describe('Drops what is over its rate before it comes to the queue.'),
}

const link = {
  rate: anyRateSchema,
  rtt: timeSchema.optional().describe('Half of it is the delay of each direction.'),
  ...direction,
  reverse: strict({ rate: anyRateSchema.optional(), ...direction }).optional().describe('The other direction, on which ACKs come back.'),
}

const linkSchema = strict(link)

const hosts = z.int().min(1).max(250)

/** What stands under `path:`. */
export const pathSchema = strict({
  ...link,
  rate: anyRateSchema.optional(),
  links: z.array(linkSchema).length(2, { error: 'expected two links' }).optional().describe('The two bottlenecks of a parking lot.'),
  topology: z.enum(['dumbbell', 'parkingLot']).optional().describe('parkingLot when there are links, else dumbbell.'),
  clients: hosts.default(1).describe('Hosts at the left end.'),
  middle: hosts.optional().describe('Hosts between the two links of a parking lot. Default 1.'),
  servers: hosts.default(1).describe('Hosts at the right end.'),
  mtu: bytesSchema.default(1500).describe('The largest IP packet.'),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Another seed gives another run of all that is random.'),
})

/** A file that holds a path and no more. */
export const pathDocument = strict({ path: pathSchema })

export type PathSpec = z.output<typeof pathSchema>
export type PathInput = z.input<typeof pathSchema>
export type LinkSpec = z.output<typeof linkSchema>
export type QueueSpec = z.output<typeof queueSchema>
export type RateSpec = z.output<typeof anyRateSchema>
export type PickedSpec = NonNullable<LinkSpec['loss']>
export type DirectionSpec = Omit<LinkSpec, 'rate' | 'rtt' | 'reverse'>
