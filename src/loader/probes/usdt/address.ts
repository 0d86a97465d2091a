import { readFileSync, realpathSync } from 'node:fs'

/** Where in the memory of a process a part of a file is that it runs; undefined when it does not. */
export function addressInProcess(pid: number, path: string, offset: bigint): bigint | undefined {
  return addressInMaps(readFileSync(`/proc/${pid}/maps`, 'utf8'), realpathSync(path), offset)
}

/** Lines of `/proc/PID/maps`: `55d0-55d5 r-xp 00001000 fe:00 1234   /usr/bin/cat`. */
export function addressInMaps(text: string, path: string, offset: bigint): bigint | undefined {
  for (const [, start, end, mode = '', from, name] of text.matchAll(/^([\da-f]+)-([\da-f]+) (\S+) ([\da-f]+) \S+ \d+ +(\/.*)$/gm)) {
    if (name !== path || mode[2] !== 'x') continue
    const [low, high, first] = [BigInt(`0x${start}`), BigInt(`0x${end}`), BigInt(`0x${from}`)]
    if (offset >= first && offset < first + (high - low)) return low + offset - first
  }
  return undefined
}
