import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { terminal } from '../../support/terminal.ts'

const test = suite('the demo on a terminal', [needs.root, needs.structOps, needs.tmux])

// The algorithms of the demo have names that belong to the machine.
let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('examples')
})
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

const main = join(import.meta.dirname, '../../../cli/main.ts')

const shell = (args: string): string => `${process.execPath} ${main} ${args}; echo exit $?; sleep 60`

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
] as const) {
  test(`at ${columns}x${rows} the programs are drawn in place, and no line is broken`, async () => {
    await using pane = await terminal(columns, rows, shell('demo --seconds 1'))
    const lines = (await pane.until(/^exit 0$/m)).split('\n')
    const from = lines.findIndex((line) => line.includes('3  bpf_cubic:'))
    const section = lines.slice(Math.max(from, 0))
    // One header of the samples, then a line each; one header of the programs, then a line each.
    const headers = section.flatMap((line, index) => (/^ {2}MEMBER +PROGRAM/.test(line) ? [index] : []))
    assert.is(headers.length, 1, lines.join('\n'))
    const samples = section.filter((line) => /^ +\d\.\d\d s +inuse +\d/.test(line))
    assert.ok(samples.length >= 4)
    const programs = section.slice((headers[0] ?? 0) + 1, (headers[0] ?? 0) + 7)
    for (const line of programs) assert.match(line, /^ {2}\w+ +bpf_cubic_\w+ +\d+ +[\d,]+ +(?:\d+|-)$/)
    assert.match(section[(headers[0] ?? 0) + 7] ?? '', /^registered, connections open: +inuse, refcnt 6$/)
    assert.match(lines.join('\n'), /^bpf_cubic +2 .* no\nNothing is left behind\.\nexit 0$/m)
  })
}

test('Ctrl-C in the middle: what was drawn stays, and the shell goes on', async () => {
  await using pane = await terminal(81, 24, shell('demo --seconds 5'))
  await pane.until(/^ +0\.\d\d s +inuse/m)
  await pane.key('C-c')
  const text = await pane.until(/exit 130$/m)
  assert.match(text, /^ {2}init +bpf_dctcp_init +\d+ .*$/m)
})

test.run()
