/** Columns of a line behind the interface's name. ABI: dev_seq_printf_stats, net/core/net-procfs.c. */
const txDropped = 11

/** How many packets all interfaces have dropped instead of sending them, by the text of /proc/net/dev. */
export const droppedSending = (text: string): number =>
  [...text.matchAll(/^ *[^:\n]+:(.*)$/gm)].reduce((sum, [, counts = '']) => sum + Number(counts.trim().split(/ +/)[txDropped] ?? 0), 0)
