const control = /\p{Cc}\[[\d;]*m|[^\P{Cc}\n\t]/gu

/**
 * A text that does nothing to a terminal but to be shown, in colours perhaps: names of files, of processes and in objects
 * are other people's.
 */
export const harmless = (text: string): string =>
  text.replaceAll(control, (found) => (found.startsWith('\u001B[') ? found : `?${found.slice(1)}`))
