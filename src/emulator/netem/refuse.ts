import { UsageError } from '../../errors/index.ts'

/** Says which key of a link the kernel cannot do, and what it can. */
export type Refuse = (key: string, why: string) => UsageError

/** `where` is what stands before the key: `links[1].reverse.`, for example. */
export const refusal =
  (where: string): Refuse =>
  (key, why) =>
    new UsageError(`${where}${key}: ${why}`, { hint: 'or let the emulator do it: --with emulator' })
