import { z } from 'zod'
import { pathSchema, strict, timeSchema } from '../../spec/index.ts'
import { workloadSchema } from '../workload/spec/schema.ts'
import { rfc9743Sections } from './rfc9743.ts'

const mostBlocks = 1000

// ABI: TCP_CA_NAME_MAX is 16 with the 0 at its end, net/tcp.h.
const algorithmName = z.string().regex(/^[\w.-]{1,15}$/, { error: 'expected the name of a congestion control, such as cubic' })

const armSchema = strict({
  cc: algorithmName.optional().describe('A congestion control by its name. With an object it says which one of it.'),
  object: z.string().min(1).optional().describe('A BPF object file, found from the file that names it.'),
  set: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe("Values of the object's variables before it is loaded: { beta: 512 }."),
  ecn: z.boolean().optional().describe('Its connections ask for ECN, or do not, whatever its algorithm does. Default: as net.ipv4.tcp_ecn of the hosts is.'),
})
  .check(({ value, issues }) => {
    if (value.cc === undefined && value.object === undefined) {
      issues.push({ code: 'custom', message: 'expected cc: cubic, or object: my.bpf.o', input: value })
    }
    if (value.set !== undefined && value.object === undefined) {
      issues.push({ code: 'custom', message: 'only the variables of an object can be set: name it with object', input: value })
    }
  })
  .meta({ id: 'arm' })

/** The letter comes first so that the arms keep the order in which they are written. */
const armName = z.string().regex(/^[A-Za-z]\w{0,15}$/, { error: 'expected a name of letters and digits for an arm, such as A' })

const armsSchema = z.record(armName, armSchema).check(({ value, issues }) => {
  const count = Object.keys(value).length
  if (count < 2 || count > 8) issues.push({ code: 'custom', message: `expected 2 to 8 arms, not ${count}`, input: value })
})

const designSchema = z.enum(['alone', 'mixed'])
const designsSchema = z.array(designSchema).min(1).max(2)

const gateSchema = z.union(
  [
    z.string().min(1).max(400),
    strict({
      expect: z.string().min(1).max(400).describe('What must hold.'),
      design: designSchema.optional().describe('In which design. Default the first one.'),
      scenarios: z.array(z.string()).min(1).optional().describe('In which scenarios, by their names. Default all.'),
    }),
  ],
  { error: 'expected what must hold, such as "B.goodput > 0.95 * A.goodput", or { expect: …, design: mixed }' },
)

// YAML takes 6.1 for a number, and 5.1.2 for a text. The number 7.1 may be section 7.1 and 7.10.
const ambiguous = 7.1
const shortSections = rfc9743Sections.filter((section) => /^\d+\.\d+$/.test(section)).map(Number).filter((section) => section !== ambiguous)
const sectionError = ({ input }: { input?: unknown }): string =>
  input === ambiguous
    ? 'expected "7.1" or "7.10" in quotes: as numbers they are the same'
    : `expected a section of RFC 9743 that can be measured: ${rfc9743Sections.join(', ')}`
const sectionSchema = z
  .union([z.enum(rfc9743Sections), z.literal(shortSections)], { error: sectionError })
  .transform(String)
  .meta({ id: 'rfc9743Section' })

/** A path of an experiment, where its lists have been chosen from. */
export const experimentPath = strict({
  ...pathSchema.shape,
  seed: z
    .never({ error: 'expected no seed here: every block draws one from that of the experiment, seed: 7 beside path' })
    .optional()
    .describe('The experiment has one.'),
})

/** `path` is left to who reads it: in an experiment it may have lists. */
const shapeWith = <Path extends z.ZodType>(path: Path) => ({
  name: z.string().regex(/^\w[\w.-]{0,63}$/, { error: 'expected a name of letters, digits, dots and dashes' }).describe('Of the experiment, and of its directory.'),
  arms: armsSchema.describe('What is compared, by names. The first one is what the others are compared with.'),
  path: path.optional().describe('docs/paths.md, where every value may also be a list of values: all combinations are tried.'),
  workload: workloadSchema.optional().describe('docs/workloads.md'),
  scenarios: z
    .array(
      strict({
        name: z.string().regex(/^\w[\w .-]{0,63}$/, { error: 'expected a name of letters, digits, spaces, dots and dashes' }),
        path: path.optional(),
        workload: workloadSchema.optional(),
        rfc9743: z.union([sectionSchema, z.array(sectionSchema).max(20)], { error: sectionError }).default([]).describe('Sections of RFC 9743 that it speaks to.'),
      }),
    )
    .min(1)
    .max(100)
    .optional()
    .describe('Several paths or workloads by names. What one leaves out is that of the experiment.'),
  blocks: z.int().min(1).max(mostBlocks).default(8).describe('How often everything is run.'),
  designs: designsSchema.default(['alone']).describe('alone: each arm has the path to itself. mixed: all share it.'),
  gates: z.array(gateSchema).max(100).default([]).describe('What must hold, or the exit code is 7.'),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Of all that is random: the order, the workload, the path.'),
  sampling: strict({
    hz: z.number().min(0.1).max(1000).default(10).describe('How often sockets are looked at, per second.'),
    acks: z.boolean().default(false).describe('Whether senders are looked at whenever an ACK comes, too.'),
  })
    .optional()
    .describe('How often figures are read.'),
  late: timeSchema.default(1e6).describe('A trial is not valid when one of a hundred packets left the emulator later than this.'),
  sysctls: z
    .record(z.string().regex(/^net(\.[\w-]+)+$/, { error: 'expected a setting of the network, such as net.ipv4.tcp_rmem' }), z.union([z.string(), z.number()]))
    .optional()
    .describe("Settings of every host's namespace."),
})

/** What a file says of an experiment; the paths are read after it. */
export const experimentDocument = strict(shapeWith(z.unknown()))

/** The same with a path as its schema has it: for the JSON Schema. */
export const wholeExperimentDocument = strict(shapeWith(experimentPath))

export type ExperimentDocument = z.output<typeof experimentDocument>
export type ArmSpec = z.output<typeof armSchema>
export type GateSpec = z.output<typeof gateSchema>
export type ExperimentDocumentInput = z.input<typeof experimentDocument>
export type ExperimentPathInput = z.input<typeof experimentPath>
