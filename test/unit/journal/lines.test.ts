import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import type { Entry } from '../../../src/journal/index.ts'
import { entryLine, goneLine, type Owner, ownerLine, parseJournal } from '../../../src/journal/lines.ts'
import { suite } from '../../support/needs.ts'

const test = suite('the lines of a journal')

const run = '0123456789'
const owner: Owner = { run, command: 'demo', pid: 4711, start: 17, boot: '9b665f5e-25f5-41c6-a61e-b30061172b0f', at: 1_800_000_000_000 }

const namespace = { inode: 4_026_532_001, cookie: '18446744073709551615' }
const entries: Entry[] = [
  { kind: 'children' },
  { kind: 'process', pid: 4712, start: 0 },
  { kind: 'registration', map: 7, name: 'demo_4711' },
  { kind: 'link', id: 3, type: 'struct_ops' },
  { kind: 'pin', path: '/sys/fs/bpf/ccdk/a b', object: 'link', id: 3 },
  { kind: 'namespace', name: 'ccdk-client', ...namespace },
  { kind: 'interface', name: 'ccdk0', index: 12, ...namespace },
  { kind: 'mount', path: `/tmp/x-${run}/bpf`, source: `ccdk-${run}` },
  { kind: 'directory', path: `/tmp/ccdk-1-${run}` },
  { kind: 'sysctl', name: 'net.ipv4.tcp_ecn', before: '2', value: 'grün\n"', ...namespace },
]

const whole = (all: readonly Entry[] = entries): string =>
  ownerLine(owner) + all.map((entry, index) => entryLine(index + 1, entry)).join('')

test('every kind comes back as it was written', () => {
  const contents = parseJournal(whole(), 'f')
  assert.equal(contents?.owner, owner)
  assert.equal([...(contents?.open.values() ?? [])], entries)
})

test('what is gone is open no more', () => {
  const contents = parseJournal(whole() + goneLine(2) + goneLine(10), 'f')
  assert.equal([...(contents?.open.keys() ?? [])], [1, 3, 4, 5, 6, 7, 8, 9])
})

test('cut at any byte it says what its whole lines say', () => {
  const bytes = Buffer.from(whole() + goneLine(3))
  for (let length = 0; length <= bytes.length; length += 1) {
    const lines = bytes.subarray(0, length).filter((byte) => byte === 10).length
    const contents = parseJournal(bytes.subarray(0, length).toString(), 'f')
    if (lines === 0) assert.is(contents, undefined)
    else {
      assert.is(contents?.open.size, Math.min(lines - 1, entries.length) - (lines > entries.length + 1 ? 1 : 0))
      assert.is(contents?.whole, bytes.subarray(0, length).lastIndexOf(10) + 1)
    }
  }
})

const refuses = (lines: string, line: number): void => {
  try {
    parseJournal(lines, 'f')
  } catch (error) {
    assert.instance(error, ObjectError)
    assert.match(String(error), `f: line ${line}:`)
    return
  }
  assert.unreachable(lines)
}

/** Each is an entry above but for the field in which it misleads. */
const hostile: object[] = [
  {},
  { kind: 'file', path: '/etc/passwd' },
  { kind: 'toString' },
  { kind: '__proto__' },
  { kind: 'children', pid: 1 },
  { kind: 'process', pid: 1, start: 0 },
  { kind: 'process', pid: 0, start: 0 },
  { kind: 'process', pid: -5, start: 0 },
  { kind: 'process', pid: 2.5, start: 0 },
  { kind: 'process', pid: '4712', start: 0 },
  { kind: 'process', pid: 4712 },
  { kind: 'process', pid: 4712, start: 0, group: true },
  { kind: 'registration', map: 0, name: 'x' },
  { kind: 'registration', map: 1, name: '' },
  { kind: 'pin', path: 'relative', object: 'map', id: 1 },
  { kind: 'pin', path: '/sys/fs/bpf/../../../etc/passwd', object: 'map', id: 1 },
  { kind: 'pin', path: '/sys/fs/bpf/x\0y', object: 'map', id: 1 },
  { kind: 'pin', path: '/sys/fs/bpf/x', object: 'btf', id: 1 },
  { kind: 'namespace', name: '../../etc/passwd', ...namespace },
  { kind: 'namespace', name: '.', ...namespace },
  { kind: 'namespace', name: 'x', inode: 1, cookie: 'x' },
  { kind: 'interface', name: 'a/b', index: 1, ...namespace },
  { kind: 'interface', name: '..', index: 1, ...namespace },
  { kind: 'mount', path: '/home', source: '/dev/sda1' },
  { kind: 'mount', path: '/', source: run },
  { kind: 'directory', path: '/home/me' },
  { kind: 'directory', path: `/tmp/../home/me-${run}` },
  { kind: 'directory', path: `/home/me/${run}/..` },
  { kind: 'directory', path: '/tmp/ccdk-1-9876543210' },
  { kind: 'sysctl', name: 'kernel.core_pattern', before: '|/tmp/x', value: 'core', ...namespace },
  { kind: 'sysctl', name: 'net.../kernel/core_pattern', before: '|/tmp/x', value: 'core', ...namespace },
]

for (const entry of hostile) {
  test(`refused whole: ${JSON.stringify(entry)}`, () => {
    refuses(`${whole()}${JSON.stringify({ number: 11, entry })}\n`, 12)
  })
}

test('numbers that do not grow, ends of what was not open, and lines that are none, are refused', () => {
  refuses(whole() + entryLine(10, { kind: 'children' }), 12)
  refuses(whole() + goneLine(11), 12)
  refuses(whole() + goneLine(3) + goneLine(3), 13)
  refuses(`${whole()}\n`, 12)
  refuses(`${whole()}{"number":11,"entry":{"kind":"child`.concat('\n'), 12)
  refuses(`${whole()}null\n`, 12)
  refuses(entryLine(1, { kind: 'children' }), 1)
})

test('an owner of another form is refused', () => {
  for (const change of [{ journal: 2 }, { run: '../../../x' }, { pid: -1 }, { boot: 'x' }, { command: 'a\u001B[2J' }, { more: 1 }]) {
    refuses(`${JSON.stringify({ journal: 1, ...owner, ...change })}\n`, 1)
  }
})

test('any bytes are read or refused', () => {
  const piece = fc.oneof(fc.constantFrom(...whole().split('\n'), '\n', '"', '}'), fc.string(), fc.json())
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        parseJournal(ownerLine(owner) + pieces.join('\n'), 'f')
      } catch (error) {
        assert.instance(error, ObjectError)
      }
    }),
    { numRuns: 2000 },
  )
})

test.run()
