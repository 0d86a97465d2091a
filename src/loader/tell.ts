/**
 * Takes what the loader does on its way, a sentence each: `info` is what it creates, shares or leaves out, `debug` every
 * decision: the kernel's type for a CO-RE record, an option's value and where it is from, what the kernel can do.
 */
export type Tell = (level: 'info' | 'debug', message: string) => void
