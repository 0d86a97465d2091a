/** `1 map`, `2 maps`. */
export const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`
