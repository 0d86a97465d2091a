import { openBinary, pathOf } from './binary.ts'
import { functionOffset, functionsOf } from './functions.ts'
import { given, type ProbeRequest, runsOnReturn } from './options.ts'
import type { ProbeAttachment } from './probe-attachment.ts'

/** `FUNCTION`, `FUNCTION+OFFSET`, or a number alone. */
const place = /^([^+\s]+)(?:\+(0x[\da-f]+|\d+))?$/i
const number = /^(?:0x[\da-f]+|\d+)$/i

/**
 * `uprobe/BINARY:FUNCTION[+OFFSET]`, `uprobe/BINARY:OFFSET` and `uretprobe/…`, or the same in the options. The place of a
 * function comes from the file's symbols.
 */
export function uprobeOf(request: ProbeRequest): ProbeAttachment {
  const { section, fail, referenceCounter, pid, cookie } = request
  const colon = request.target.lastIndexOf(':')
  const [said, name] = colon < 0 ? ['', ''] : [request.target.slice(0, colon), request.target.slice(colon + 1)]
  const binary = request.binary ?? said
  const hint = `write SEC("${section}/BINARY:FUNCTION"), or pass binary and function or offset`
  if (binary === '') return fail('no binary is named', hint)
  const offset = placeIn(binary, request.function ?? (request.offset === undefined ? name : ''), request, hint)
  return { way: 'uprobe', ...offset, onReturn: runsOnReturn(request), ...given({ referenceCounter, pid, cookie }) }
}

function placeIn(binary: string, text: string, request: ProbeRequest, hint: string): { file: string; offset: bigint } {
  const more = request.offset ?? 0n
  if (text === '') {
    if (request.offset === undefined) return request.fail('no place is named', hint)
    return { file: pathOf(binary, request), offset: more }
  }
  const [, name = '', extra = '0'] = place.exec(text) ?? []
  if (name === '') return request.fail(`"${text}" is no place`, hint)
  if (number.test(name)) return { file: pathOf(binary, request), offset: BigInt(name) + BigInt(extra) + more }
  const { path, elf } = openBinary(binary, request)
  return { file: path, offset: functionOffset(elf, functionsOf(elf), name, request.fail) + BigInt(extra) + more }
}
