import { z } from 'zod'
import { tcpStates } from '../../sockets/index.ts'
import { caStates, type Looked, type Snapshot } from '../snapshot.ts'

const figure = z.number().nullable()
const digits = z.string().regex(/^\d{1,20}$/)
/** An address and a port, as `SocketView` has them. */
const end = z.string().regex(/^(?:[\d.]{7,15}|\[[\da-f:.]{2,45}\]):\d{1,5}$/)

const member = z.object({
  member: z.string(),
  programId: z.number(),
  program: z.string(),
  runs: z.number(),
  runsTotal: digits,
  nsPerCall: figure,
  nsPerCallTotal: figure,
  share: z.number(),
})

const algorithm = z.object({
  mapId: z.number(),
  map: z.string(),
  struct: z.string(),
  name: z.string().nullable(),
  state: z.enum(['init', 'inuse', 'tobefree', 'ready']),
  registered: z.boolean(),
  refcnt: z.number(),
  byLink: z.boolean(),
  sockets: z.number(),
  callsPerSecond: z.number(),
  nsPerCall: figure,
  cores: z.number(),
  members: z.array(member),
  links: z.array(z.object({ id: z.number(), pins: z.array(z.string()) })),
  pins: z.array(z.string()),
  holders: z.array(z.object({ pid: z.number(), command: z.string(), what: z.enum(['map', 'link', 'program']) })),
})

const socket = z.object({
  cookie: digits,
  namespace: z.number(),
  family: z.enum(['ipv4', 'ipv6']),
  local: end,
  remote: end,
  state: z.enum(tcpStates),
  congestion: z.string(),
  cwnd: figure,
  ssthresh: figure,
  srttUs: figure,
  rttvarUs: figure,
  minRttUs: figure,
  pacingRate: figure,
  deliveryRate: figure,
  inFlight: figure,
  lost: figure,
  retransmits: figure,
  caState: z.enum(caStates).nullable(),
  mss: figure,
  bytesAcked: digits.nullable(),
  sendQueue: z.number(),
  receiveQueue: z.number(),
})

const event = z.object({
  at: z.string(),
  kind: z.enum(['registered', 'unregistered', 'state', 'swapped', 'refcnt', 'printk', 'error']),
  mapId: z.number().exactOptional(),
  name: z.string().exactOptional(),
  text: z.string(),
})

const variable = z.object({ section: z.string(), name: z.string(), type: z.string(), value: z.string(), writable: z.boolean() })

const flow = z
  .object({
    cookie: digits,
    now: z.number().optional(),
    time: z.array(z.number()),
    cwnd: z.array(z.number()),
    ssthresh: z.array(figure),
    srttUs: z.array(z.number()),
    deliveryRate: z.array(z.number()),
    pacingRate: z.array(figure),
    inFlight: z.array(z.number()),
    dropped: z.number(),
  })
  .refine((columns) => Object.values(columns).every((column) => !Array.isArray(column) || column.length === columns.time.length), 'columns of one length')
  // Recordings from before this was kept end with their last ACK.
  .transform((seen) => ({ ...seen, now: seen.now ?? seen.time.at(-1) ?? 0 }))

/** Beside a snapshot: recordings from before this was kept have none. */
export const lookedSchema: z.ZodType<Looked> = z
  .object({ looked: z.object({ variables: z.array(z.object({ mapId: z.number(), values: z.array(variable) })), flows: z.array(flow) }).optional() })
  .transform(({ looked }) => looked ?? { variables: [], flows: [] })

export const socketsSchema: z.ZodType<Snapshot['sockets']['rows']> = z.array(socket)

/** What a recording holds, since a file may have been written by anybody. */
export const snapshotSchema: z.ZodType<Snapshot> = z.object({
  schemaVersion: z.literal(1),
  time: z.iso.datetime(),
  seconds: z.number(),
  host: z.object({ name: z.string(), kernel: z.string(), cpus: z.number() }),
  cannot: z.array(z.object({ what: z.string(), why: z.string(), remedy: z.string() })),
  algorithms: z.array(algorithm),
  sockets: z.object({ total: z.number(), matching: z.number(), from: z.number(), rows: socketsSchema }),
  events: z.array(event),
  cpu: z.object({ busy: z.number(), steal: z.number() }),
})
