import { proofs } from '../test/validation/proofs/index.ts'

const head = `# How do we know?

Why should anybody believe an interval of \`ccdk ab\`, or its verdict? What follows was tried, and can be tried again. Each
proof is a test in \`test/validation\` that writes its figures into \`docs/validation\`, whatever they are; \`npm run docs\` makes
this page of them. \`npm run test:validation\` runs them all, as root, which takes an hour or two on a machine that is idle.

The statistics by themselves, where the truth is known as it was made up: [how often intervals cover it, and how often a
verdict is right](statistics.md#measured). What follows is the whole of it, on a real kernel.`

/** `docs/validation.md`. */
export const validationPage = (): string => `${[head, ...proofs.map((proof) => proof.section()).filter((section) => section !== undefined)].join('\n\n')}\n`
