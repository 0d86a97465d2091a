/**
 * A name as the kernel takes it: letters, digits, `_` and `.`, with `_` for every other byte. The kernel keeps the first 15.
 */
export const kernelName = (name: string): string => Buffer.from(name).toString('latin1').replaceAll(/[^\w.]/g, '_')
